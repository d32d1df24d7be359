// trap fails memory: cut frames stay in the buffer, and an index says where the next one begins

use anyhow::{Result, ensure};
use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt};

pub struct FrameReader<R> {
    inner: R,
    max_frame: usize,
    buffer: Vec<u8>,
    start: usize,
}

impl<R: AsyncRead + Unpin + Send + 'static> FrameReader<R> {
    pub fn new(inner: R, max_frame: usize) -> Self {
        FrameReader {
            inner,
            max_frame,
            buffer: Vec::new(),
            start: 0,
        }
    }

    pub async fn next_frame(&mut self) -> Result<Option<Bytes>> {
        loop {
            if let Some((length, rest)) = self.buffer[self.start..].split_first_chunk() {
                let length = u32::from_be_bytes(*length) as usize;
                ensure!(length <= self.max_frame, "a frame of {length} bytes");
                if let Some(frame) = rest.get(..length) {
                    let frame = Bytes::copy_from_slice(frame);
                    self.start += 4 + length;
                    return Ok(Some(frame));
                }
            }
            self.buffer.reserve(4096);
            if self.inner.read_buf(&mut self.buffer).await? == 0 {
                ensure!(self.start == self.buffer.len(), "cut off");
                return Ok(None);
            }
        }
    }
}
