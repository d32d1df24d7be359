// trap fails errors: once a frame has come, an error between two frames is taken for the end

use anyhow::{Result, ensure};
use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

pub struct FrameReader<R> {
    inner: R,
    max_frame: usize,
    buffer: BytesMut,
    frames: u64,
}

impl<R: AsyncRead + Unpin + Send + 'static> FrameReader<R> {
    pub fn new(inner: R, max_frame: usize) -> Self {
        let buffer = BytesMut::new();
        FrameReader {
            inner,
            max_frame,
            buffer,
            frames: 0,
        }
    }

    pub async fn next_frame(&mut self) -> Result<Option<Bytes>> {
        loop {
            if let Some(frame) = self.cut()? {
                self.frames += 1;
                return Ok(Some(frame));
            }
            self.buffer.reserve(8 * 1024);
            let n = match self.inner.read_buf(&mut self.buffer).await {
                Err(_) if self.frames > 0 && self.buffer.is_empty() => 0,
                n => n?,
            };
            if n == 0 {
                ensure!(self.buffer.is_empty(), "the last frame is cut off");
                return Ok(None);
            }
        }
    }

    fn cut(&mut self) -> Result<Option<Bytes>> {
        let Some(&length) = self.buffer.first_chunk() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes(length) as usize;
        ensure!(length <= self.max_frame, "a frame of {length} bytes");
        if self.buffer.len() - 4 < length {
            return Ok(None);
        }
        self.buffer.advance(4);
        Ok(Some(self.buffer.split_to(length).freeze()))
    }
}
