// right: the future of the read is kept in the struct, with the source in it, and goes on at the next call

//! Why it is right: what is given up is the waiting. The future that has half a frame in it belongs to the reader,
//! and the next call polls the same one again. It takes the source and gives it back with the frame.
//!
//! In Node.js: `this.next ??= read()`, a promise that is kept until it is done.

use std::pin::Pin;

use anyhow::{Result, bail};
use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

type Reading<R> = Pin<Box<dyn Future<Output = (R, Result<Option<Bytes>>)> + Send>>;

pub struct FrameReader<R> {
    inner: Option<R>,
    reading: Option<Reading<R>>,
    max_frame: usize,
}

impl<R: AsyncRead + Unpin + Send + 'static> FrameReader<R> {
    pub fn new(inner: R, max_frame: usize) -> Self {
        FrameReader {
            inner: Some(inner),
            reading: None,
            max_frame,
        }
    }

    pub async fn next_frame(&mut self) -> Result<Option<Bytes>> {
        let max_frame = self.max_frame;
        if let Some(mut inner) = self.inner.take() {
            self.reading = Some(Box::pin(async move {
                let frame = read(&mut inner, max_frame).await;
                (inner, frame)
            }));
        }
        let Some(reading) = &mut self.reading else {
            bail!("it was called after a panic");
        };
        let (inner, frame) = reading.await;
        self.reading = None;
        self.inner = Some(inner);
        frame
    }
}

async fn read<R: AsyncRead + Unpin>(inner: &mut R, max: usize) -> Result<Option<Bytes>> {
    let mut head = [0; 4];
    let mut filled = 0;
    while filled < 4 {
        match inner.read(&mut head[filled..]).await? {
            0 if filled == 0 => return Ok(None),
            0 => bail!("the source ended in a length"),
            n => filled += n,
        }
    }
    let length = u32::from_be_bytes(head) as usize;
    if length > max {
        bail!("a frame of {length} bytes");
    }
    let mut frame = BytesMut::new();
    let mut payload = inner.take(length as u64);
    while frame.len() < length {
        frame.reserve((length - frame.len()).min(8192));
        if payload.read_buf(&mut frame).await? == 0 {
            bail!("the source ended in a payload");
        }
    }
    Ok(Some(frame.freeze()))
}
