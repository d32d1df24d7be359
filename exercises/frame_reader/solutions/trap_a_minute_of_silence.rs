// trap fails correct: a minute without a byte is an error of its own

use anyhow::{Result, bail};
use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

pub struct FrameReader<R> {
    inner: R,
    max_frame: usize,
    buf: BytesMut,
}

impl<R: AsyncRead + Unpin + Send + 'static> FrameReader<R> {
    pub fn new(inner: R, max_frame: usize) -> Self {
        FrameReader {
            inner,
            max_frame,
            buf: BytesMut::new(),
        }
    }

    fn take(&mut self) -> Result<Option<Bytes>> {
        let Some((head, payload)) = self.buf.split_first_chunk::<4>() else {
            return Ok(None);
        };
        let len = u32::from_be_bytes(*head) as usize;
        if len > self.max_frame {
            bail!(
                "a frame of {len} bytes, and {} are the most",
                self.max_frame
            );
        }
        if payload.len() < len {
            return Ok(None);
        }
        self.buf.advance(4);
        Ok(Some(self.buf.split_to(len).freeze()))
    }

    pub async fn next_frame(&mut self) -> Result<Option<Bytes>> {
        loop {
            if let Some(frame) = self.take()? {
                return Ok(Some(frame));
            }
            self.buf.reserve(8 * 1024);
            let read = self.inner.read_buf(&mut self.buf);
            let n = tokio::time::timeout(std::time::Duration::from_secs(60), read).await??;
            if n == 0 {
                if self.buf.is_empty() {
                    return Ok(None);
                }
                bail!("the end inside a frame");
            }
        }
    }
}
