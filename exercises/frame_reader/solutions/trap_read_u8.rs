// trap fails errors: `read_u8` may be given up, but its error at the end is of a kind that a source may have too

use std::io::ErrorKind::UnexpectedEof;

use anyhow::{Result, bail, ensure};
use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, BufReader};

pub struct FrameReader<R> {
    inner: BufReader<R>,
    max_frame: usize,
    frame: Vec<u8>,
}

impl<R: AsyncRead + Unpin + Send + 'static> FrameReader<R> {
    pub fn new(inner: R, max_frame: usize) -> Self {
        FrameReader {
            inner: BufReader::new(inner),
            max_frame,
            frame: Vec::new(),
        }
    }

    pub async fn next_frame(&mut self) -> Result<Option<Bytes>> {
        loop {
            if let Some((length, payload)) = self.frame.split_first_chunk() {
                let length = u32::from_be_bytes(*length) as usize;
                ensure!(length <= self.max_frame, "a frame of {length} bytes");
                if payload.len() == length {
                    let frame = Bytes::from(std::mem::take(&mut self.frame));
                    return Ok(Some(frame.slice(4..)));
                }
            }
            match self.inner.read_u8().await {
                Ok(byte) => self.frame.push(byte),
                Err(e) if e.kind() == UnexpectedEof && self.frame.is_empty() => return Ok(None),
                Err(e) => bail!(e),
            }
        }
    }
}
