// trap fails correct: a length that is refused throws away the frames that were whole before it

use std::collections::VecDeque;

use anyhow::{Result, anyhow};
use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

pub struct FrameReader<R> {
    inner: R,
    max_frame: usize,
    buf: BytesMut,
    ready: VecDeque<Result<Option<Bytes>>>,
}

impl<R: AsyncRead + Unpin + Send + 'static> FrameReader<R> {
    pub fn new(inner: R, max_frame: usize) -> Self {
        FrameReader {
            inner,
            max_frame,
            buf: BytesMut::new(),
            ready: VecDeque::new(),
        }
    }

    fn cut(&mut self) {
        while let Some((head, _)) = self.buf.split_first_chunk::<4>() {
            let len = u32::from_be_bytes(*head) as usize;
            if len > self.max_frame {
                self.ready.clear();
                self.ready
                    .push_back(Err(anyhow!("{len} bytes are too many")));
                return;
            }
            if self.buf.len() - 4 < len {
                return;
            }
            let frame = self.buf.split_to(4 + len).freeze().slice(4..);
            self.ready.push_back(Ok(Some(frame)));
        }
    }

    pub async fn next_frame(&mut self) -> Result<Option<Bytes>> {
        loop {
            if let Some(next) = self.ready.pop_front() {
                return next;
            }
            self.buf.reserve(16 * 1024);
            match self.inner.read_buf(&mut self.buf).await {
                Ok(0) if self.buf.is_empty() => return Ok(None),
                Ok(0) => return Err(anyhow!("cut off inside a frame")),
                Ok(_) => self.cut(),
                Err(e) => return Err(e.into()),
            }
        }
    }
}
