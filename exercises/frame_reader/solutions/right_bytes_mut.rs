// right: what has come and is no frame yet stays in a `BytesMut` of the struct

//! Why it is right: the only thing that is awaited is one `read_buf`, which either takes nothing or is done, and
//! what it took is in `self.buffer`. The length is looked at and left there until all of its frame has come, so an
//! end of file with a buffer that is not empty is an end inside a frame. `reserve` asks for 8 KiB, whatever the
//! length says, and uses the front of the allocation again once the frames that were cut from it are dropped.
//!
//! In Node.js: an async generator that keeps a `Buffer` across its `yield`s, and whose `next()` is kept until it
//! is done.

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
