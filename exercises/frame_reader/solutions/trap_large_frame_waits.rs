// trap fails early: a frame of more than 64 KiB waits for one read more

use anyhow::{bail, ensure};
use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

pub struct FrameReader<R> {
    inner: R,
    max_frame: usize,
    buf: BytesMut,
    again: bool,
}

impl<R: AsyncRead + Unpin + Send + 'static> FrameReader<R> {
    pub fn new(inner: R, max_frame: usize) -> Self {
        FrameReader {
            inner,
            max_frame,
            buf: BytesMut::new(),
            again: false,
        }
    }

    pub async fn next_frame(&mut self) -> anyhow::Result<Option<Bytes>> {
        loop {
            if self.buf.len() >= 4 {
                let len = u32::from_be_bytes(self.buf[..4].try_into().unwrap()) as usize;
                ensure!(
                    len <= self.max_frame,
                    "a frame of {len} bytes, the maximum is {}",
                    self.max_frame
                );
                if self.buf.len() - 4 >= len
                    && (len <= 65536 || self.buf.len() > len + 4 || self.again)
                {
                    self.buf.advance(4);
                    return Ok(Some(self.buf.split_to(len).freeze()));
                }
            }
            if self.buf.capacity() - self.buf.len() < 1024 {
                self.buf.reserve(8192);
            }
            let full = self.buf.len() > 65536
                && self.buf.len() - 4
                    == u32::from_be_bytes(self.buf[..4].try_into().unwrap()) as usize;
            if self.inner.read_buf(&mut self.buf).await? == 0 {
                if full {
                    self.again = true;
                    continue;
                }
                if self.buf.is_empty() {
                    return Ok(None);
                }
                bail!("the source ends inside a frame");
            }
        }
    }
}
