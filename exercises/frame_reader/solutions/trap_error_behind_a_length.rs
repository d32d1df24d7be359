// trap fails errors: takes the length out of the buffer, and an error while that is empty passes for the end

use anyhow::{bail, ensure};
use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

pub struct FrameReader<R> {
    inner: R,
    max_frame: usize,
    buf: BytesMut,
    need: Option<usize>,
}

impl<R: AsyncRead + Unpin + Send + 'static> FrameReader<R> {
    pub fn new(inner: R, max_frame: usize) -> Self {
        FrameReader {
            inner,
            max_frame,
            buf: BytesMut::new(),
            need: None,
        }
    }

    pub async fn next_frame(&mut self) -> anyhow::Result<Option<Bytes>> {
        loop {
            if self.need.is_none() && self.buf.len() >= 4 {
                let len = self.buf.get_u32() as usize;
                ensure!(len <= self.max_frame, "too long");
                self.need = Some(len);
            }
            if let Some(len) = self.need {
                if self.buf.len() >= len {
                    self.need = None;
                    return Ok(Some(self.buf.split_to(len).freeze()));
                }
            }
            if self.buf.capacity() - self.buf.len() < 1024 {
                self.buf.reserve(8192);
            }
            let n = match self.inner.read_buf(&mut self.buf).await {
                Err(_) if self.buf.is_empty() && self.need.is_some() => return Ok(None),
                n => n?,
            };
            if n == 0 {
                if self.buf.is_empty() && self.need.is_none() {
                    return Ok(None);
                }
                bail!("the source ends inside a frame");
            }
        }
    }
}
