// trap fails correct, early: skips a frame that is too long, and the caller hears nothing of it

use anyhow::{Result, ensure};
use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

pub struct FrameReader<R> {
    inner: R,
    max_frame: usize,
    buffer: BytesMut,
    skip: usize,
}

impl<R: AsyncRead + Unpin + Send + 'static> FrameReader<R> {
    pub fn new(inner: R, max_frame: usize) -> Self {
        let buffer = BytesMut::new();
        FrameReader {
            inner,
            max_frame,
            buffer,
            skip: 0,
        }
    }

    pub async fn next_frame(&mut self) -> Result<Option<Bytes>> {
        loop {
            if let Some(frame) = self.cut()? {
                return Ok(Some(frame));
            }
            self.buffer.reserve(8 * 1024);
            if self.inner.read_buf(&mut self.buffer).await? == 0 {
                ensure!(self.buffer.is_empty(), "the last frame is cut off");
                return Ok(None);
            }
        }
    }

    fn cut(&mut self) -> Result<Option<Bytes>> {
        let skipped = self.skip.min(self.buffer.len());
        self.buffer.advance(skipped);
        self.skip -= skipped;
        let Some(&length) = self.buffer.first_chunk() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes(length) as usize;
        if length > self.max_frame {
            self.skip = 4 + length;
            return Ok(None);
        }
        if self.buffer.len() - 4 < length {
            return Ok(None);
        }
        self.buffer.advance(4);
        Ok(Some(self.buffer.split_to(length).freeze()))
    }
}
