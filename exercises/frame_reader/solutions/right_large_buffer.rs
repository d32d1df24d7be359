// right: one buffer of 60 KiB for every read, and a vector for the frame that is coming

//! Why it is right: the buffer is allocated once and is the same for every input. `frame` holds what has come of one
//! frame, its length included, and is given away with it.
//!
//! In Node.js: `filehandle.read(buffer)` into one `Buffer`, and what is left of it for the next call.

use anyhow::{Result, ensure};
use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt};

pub struct FrameReader<R> {
    inner: R,
    max_frame: usize,
    buffer: Vec<u8>,
    /// What of `buffer` has been read and not used.
    used: usize,
    end: usize,
    frame: Vec<u8>,
}

impl<R: AsyncRead + Unpin + Send + 'static> FrameReader<R> {
    pub fn new(inner: R, max_frame: usize) -> Self {
        FrameReader {
            inner,
            max_frame,
            buffer: vec![0; 60 * 1024],
            used: 0,
            end: 0,
            frame: Vec::new(),
        }
    }

    pub async fn next_frame(&mut self) -> Result<Option<Bytes>> {
        loop {
            let wanted = match self.frame.first_chunk() {
                None => 4,
                Some(&length) => {
                    let length = u32::from_be_bytes(length);
                    ensure!(
                        length as usize <= self.max_frame,
                        "a frame of {length} bytes"
                    );
                    4 + length as usize
                }
            };
            if self.frame.len() >= 4 && self.frame.len() == wanted {
                let frame = Bytes::from(std::mem::take(&mut self.frame));
                return Ok(Some(frame.slice(4..)));
            }
            if self.used == self.end {
                let n = self.inner.read(&mut self.buffer).await?;
                (self.used, self.end) = (0, n);
                if n == 0 {
                    ensure!(self.frame.is_empty(), "the last frame is cut off");
                    return Ok(None);
                }
            }
            let n = (wanted - self.frame.len()).min(self.end - self.used);
            self.frame
                .extend_from_slice(&self.buffer[self.used..self.used + n]);
            self.used += n;
        }
    }
}
