// trap fails correct, early, cancel: waits until its 64 KiB are full before it looks for a frame

use anyhow::{Result, ensure};
use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

pub struct FrameReader<R> {
    inner: R,
    max_frame: usize,
    buffer: BytesMut,
}

impl<R: AsyncRead + Unpin + Send + 'static> FrameReader<R> {
    pub fn new(inner: R, max_frame: usize) -> Self {
        let buffer = BytesMut::new();
        FrameReader {
            inner,
            max_frame,
            buffer,
        }
    }

    pub async fn next_frame(&mut self) -> Result<Option<Bytes>> {
        loop {
            if let Some(&length) = self.buffer.first_chunk() {
                let length = u32::from_be_bytes(length) as usize;
                ensure!(length <= self.max_frame, "a frame of {length} bytes");
                if self.buffer.len() - 4 >= length {
                    self.buffer.advance(4);
                    return Ok(Some(self.buffer.split_to(length).freeze()));
                }
            }
            let before = self.buffer.len();
            let mut block = vec![0; 64 * 1024];
            let mut filled = 0;
            while filled < block.len() {
                match self.inner.read(&mut block[filled..]).await? {
                    0 => break,
                    n => filled += n,
                }
            }
            self.buffer.extend_from_slice(&block[..filled]);
            if self.buffer.len() == before {
                ensure!(self.buffer.is_empty(), "the last frame is cut off");
                return Ok(None);
            }
        }
    }
}
