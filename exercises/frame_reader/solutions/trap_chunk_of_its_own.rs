// trap fails memory: a buffer of 4 KiB for each read, of which a short read fills little and pins all

use std::collections::VecDeque;
use std::io;

use anyhow::Result;
use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

pub struct FrameReader<R> {
    inner: R,
    max_frame: usize,
    spare: BytesMut,
    chunks: VecDeque<Bytes>,
    held: usize,
    length: Option<usize>,
}

impl<R: AsyncRead + Unpin + Send + 'static> FrameReader<R> {
    pub fn new(inner: R, max_frame: usize) -> Self {
        FrameReader {
            inner,
            max_frame,
            spare: BytesMut::new(),
            chunks: VecDeque::new(),
            held: 0,
            length: None,
        }
    }

    fn take(&mut self, mut n: usize) -> Bytes {
        self.held -= n;
        let mut taken = BytesMut::with_capacity(n);
        while n > 0 {
            let chunk = &mut self.chunks[0];
            let part = n.min(chunk.len());
            taken.extend_from_slice(&chunk[..part]);
            chunk.advance(part);
            if chunk.is_empty() {
                self.chunks.pop_front();
            }
            n -= part;
        }
        taken.freeze()
    }

    pub async fn next_frame(&mut self) -> Result<Option<Bytes>> {
        loop {
            match self.length {
                None if self.held >= 4 => {
                    let length = self.take(4).get_u32() as usize;
                    if length > self.max_frame {
                        return Err(io::Error::from(io::ErrorKind::InvalidData).into());
                    }
                    self.length = Some(length);
                }
                Some(length) if self.held >= length => {
                    self.length = None;
                    return Ok(Some(self.take(length)));
                }
                _ => {
                    self.spare = BytesMut::with_capacity(4096);
                    if self.inner.read_buf(&mut self.spare).await? == 0 {
                        let between = self.length.is_none() && self.held == 0;
                        let cut_off = io::Error::from(io::ErrorKind::UnexpectedEof);
                        return if between {
                            Ok(None)
                        } else {
                            Err(cut_off.into())
                        };
                    }
                    let chunk = self.spare.split().freeze();
                    self.held += chunk.len();
                    self.chunks.push_back(chunk);
                }
            }
        }
    }
}
