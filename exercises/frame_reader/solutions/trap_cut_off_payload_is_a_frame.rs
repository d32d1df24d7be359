// trap fails errors: what has come of the last payload is given out as a frame

use std::mem::replace;

use anyhow::{Result, bail, ensure};
use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt};

enum State {
    Length { bytes: [u8; 4], filled: usize },
    Payload { bytes: Vec<u8>, length: usize },
}

const START: State = State::Length {
    bytes: [0; 4],
    filled: 0,
};

pub struct FrameReader<R> {
    inner: R,
    max_frame: usize,
    state: State,
}

impl<R: AsyncRead + Unpin + Send + 'static> FrameReader<R> {
    pub fn new(inner: R, max_frame: usize) -> Self {
        FrameReader {
            inner,
            max_frame,
            state: START,
        }
    }

    pub async fn next_frame(&mut self) -> Result<Option<Bytes>> {
        loop {
            match &mut self.state {
                State::Length { bytes, filled: 4 } => {
                    let length = u32::from_be_bytes(*bytes) as usize;
                    ensure!(length <= self.max_frame, "a frame of {length} bytes");
                    let bytes = Vec::new();
                    self.state = State::Payload { bytes, length };
                }
                State::Length { bytes, filled } => {
                    match self.inner.read(&mut bytes[*filled..]).await? {
                        0 if *filled == 0 => return Ok(None),
                        0 => bail!("cut off in a length"),
                        n => *filled += n,
                    }
                }
                State::Payload { bytes, length } if bytes.len() == *length => {
                    let State::Payload { bytes, .. } = replace(&mut self.state, START) else {
                        unreachable!("it was a payload");
                    };
                    return Ok(Some(bytes.into()));
                }
                State::Payload { bytes, length } => {
                    let missing = *length - bytes.len();
                    bytes.reserve(missing.min(16 * 1024));
                    let mut inner = (&mut self.inner).take(missing as u64);
                    if inner.read_buf(bytes).await? == 0 {
                        let part = std::mem::take(bytes);
                        self.state = START;
                        return Ok(Some(part.into()));
                    }
                }
            }
        }
    }
}
