// trap fails cancel: what `read_exact` has read so far is in its future, and goes with it

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
        let mut length = [0; 4];
        if self.inner.read(&mut length[..1]).await? == 0 {
            return Ok(None);
        }
        self.inner.read_exact(&mut length[1..]).await?;
        let length = u32::from_be_bytes(length) as usize;
        ensure!(length <= self.max_frame, "a frame of {length} bytes");
        let mut frame = Vec::new();
        let mut payload = (&mut self.inner).take(length as u64);
        let n = payload.read_to_end(&mut frame).await?;
        ensure!(n == length, "cut off in a payload");
        Ok(Some(frame.into()))
    }
}
