// trap fails errors: the length leaves the buffer before its payload has come, and an empty buffer is taken for the end

use anyhow::{Result, ensure};
use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

pub struct FrameReader<R> {
    inner: R,
    max_frame: usize,
    buffer: BytesMut,
    length: Option<usize>,
}

impl<R: AsyncRead + Unpin + Send + 'static> FrameReader<R> {
    pub fn new(inner: R, max_frame: usize) -> Self {
        let buffer = BytesMut::new();
        FrameReader {
            inner,
            max_frame,
            buffer,
            length: None,
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
        let length = match self.length {
            Some(length) => length,
            None if self.buffer.len() < 4 => return Ok(None),
            None => self.buffer.get_u32() as usize,
        };
        ensure!(length <= self.max_frame, "a frame of {length} bytes");
        self.length = Some(length);
        if self.buffer.len() < length {
            return Ok(None);
        }
        self.length = None;
        Ok(Some(self.buffer.split_to(length).freeze()))
    }
}
