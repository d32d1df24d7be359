// trap fails cancel: a frame of more than 128 KiB is read straight into a `Vec` of the call, and is lost with it

use anyhow::{bail, ensure};
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

    pub async fn next_frame(&mut self) -> anyhow::Result<Option<Bytes>> {
        loop {
            if self.buf.len() >= 4 {
                let len = u32::from_be_bytes(self.buf[..4].try_into().unwrap()) as usize;
                ensure!(
                    len <= self.max_frame,
                    "a frame of {len} bytes, the maximum is {}",
                    self.max_frame
                );
                if self.buf.len() - 4 >= len {
                    self.buf.advance(4);
                    return Ok(Some(self.buf.split_to(len).freeze()));
                }
            }
            if self.buf.len() >= 4 {
                let len = u32::from_be_bytes(self.buf[..4].try_into().unwrap()) as usize;
                if len > 128 * 1024 {
                    self.buf.advance(4);
                    let mut body = self.buf.split().to_vec();
                    let missing = (len - body.len()) as u64;
                    let got = (&mut self.inner)
                        .take(missing)
                        .read_to_end(&mut body)
                        .await?;
                    ensure!(got as u64 == missing, "the source ends inside a frame");
                    return Ok(Some(body.into()));
                }
            }
            if self.buf.capacity() - self.buf.len() < 1024 {
                self.buf.reserve(8192);
            }
            if self.inner.read_buf(&mut self.buf).await? == 0 {
                if self.buf.is_empty() {
                    return Ok(None);
                }
                bail!("the source ends inside a frame");
            }
        }
    }
}
