// right: a `BufReader` lends what it has, and what belongs to the frame is moved into the struct

//! Why it is right: `fill_buf` may be given up without loss, since the bytes stay in the `BufReader` until `consume`.
//! Between the two nothing is awaited.
//!
//! In Node.js: `readable.read()` for whatever is there, and `readable.unshift(rest)` for what is not wanted yet.

use std::mem::take;

use anyhow::{Result, bail};
use bytes::Bytes;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

pub struct FrameReader<R> {
    inner: BufReader<R>,
    max_frame: usize,
    /// Of the frame that is coming: its length and its payload, as far as they have come.
    head: Vec<u8>,
    body: Vec<u8>,
}

impl<R: AsyncRead + Unpin + Send + 'static> FrameReader<R> {
    pub fn new(inner: R, max_frame: usize) -> Self {
        FrameReader {
            inner: BufReader::new(inner),
            max_frame,
            head: Vec::new(),
            body: Vec::new(),
        }
    }

    pub async fn next_frame(&mut self) -> Result<Option<Bytes>> {
        loop {
            let between = self.head.is_empty();
            let mut missing = 4 - self.head.len();
            let mut part = &mut self.head;
            if let Some(&length) = part.first_chunk() {
                let length = u32::from_be_bytes(length) as usize;
                if length > self.max_frame {
                    bail!("a frame of {length} bytes");
                }
                missing = length - self.body.len();
                part = &mut self.body;
                if missing == 0 {
                    self.head.clear();
                    return Ok(Some(take(&mut self.body).into()));
                }
            }
            let held = self.inner.fill_buf().await?;
            if held.is_empty() && between {
                return Ok(None);
            } else if held.is_empty() {
                bail!("the source ended inside a frame");
            }
            let n = missing.min(held.len());
            part.extend_from_slice(&held[..n]);
            self.inner.consume(n);
        }
    }
}
