// trap fails cancel: the length is in the struct, and the payload that has come is in the future

use anyhow::{Result, ensure};
use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt};

pub struct FrameReader<R> {
    inner: R,
    max_frame: usize,
    head: Vec<u8>,
}

impl<R: AsyncRead + Unpin + Send + 'static> FrameReader<R> {
    pub fn new(inner: R, max_frame: usize) -> Self {
        FrameReader {
            inner,
            max_frame,
            head: Vec::new(),
        }
    }

    pub async fn next_frame(&mut self) -> Result<Option<Bytes>> {
        while self.head.len() < 4 {
            let missing = 4 - self.head.len() as u64;
            let mut head = (&mut self.inner).take(missing);
            if head.read_buf(&mut self.head).await? == 0 {
                ensure!(self.head.is_empty(), "cut off in a length");
                return Ok(None);
            }
        }
        let length = u32::from_be_bytes(self.head[..4].try_into()?) as usize;
        ensure!(length <= self.max_frame, "a frame of {length} bytes");
        let mut frame = Vec::new();
        let mut payload = (&mut self.inner).take(length as u64);
        let n = payload.read_to_end(&mut frame).await?;
        ensure!(n == length, "cut off in a payload");
        self.head.clear();
        Ok(Some(frame.into()))
    }
}
