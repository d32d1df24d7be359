// trap fails cancel, errors, memory: the plain transcript: any error in the length is the end, and the payload is allocated by claim

use anyhow::{Result, ensure};
use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt};

pub struct FrameReader<R> {
    inner: R,
    max_frame: usize,
}

impl<R: AsyncRead + Unpin + Send + 'static> FrameReader<R> {
    pub fn new(inner: R, max_frame: usize) -> Self {
        FrameReader { inner, max_frame }
    }

    pub async fn next_frame(&mut self) -> Result<Option<Bytes>> {
        let Ok(length) = self.inner.read_u32().await else {
            return Ok(None);
        };
        ensure!(length as usize <= self.max_frame, "too long");
        let mut frame = vec![0; length as usize];
        self.inner.read_exact(&mut frame).await?;
        Ok(Some(frame.into()))
    }
}
