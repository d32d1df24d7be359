// trap fails correct, cancel, errors: says that there are no more frames when there is nothing to read yet

use std::pin::Pin;
use std::task::{Context, Poll};

use anyhow::{Result, anyhow};
use bytes::Bytes;
use tokio::io::{AsyncRead, ReadBuf};

pub struct FrameReader<R> {
    inner: R,
    max_frame: usize,
    chunk: Box<[u8]>,
    buffer: Vec<u8>,
    /// Where in `buffer` the next frame begins.
    start: usize,
}

pub struct NextFrame<'a, R>(&'a mut FrameReader<R>);

impl<R: AsyncRead + Unpin + Send + 'static> FrameReader<R> {
    pub fn new(inner: R, max_frame: usize) -> Self {
        FrameReader {
            inner,
            max_frame,
            chunk: vec![0; 4096].into(),
            buffer: Vec::new(),
            start: 0,
        }
    }

    pub fn next_frame(&mut self) -> NextFrame<'_, R> {
        NextFrame(self)
    }
}

impl<R: AsyncRead + Unpin> Future for NextFrame<'_, R> {
    type Output = Result<Option<Bytes>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let me = &mut *self.0;
        loop {
            if let Some((length, rest)) = me.buffer[me.start..].split_first_chunk::<4>() {
                let length = u32::from_be_bytes(*length) as usize;
                if length > me.max_frame {
                    return Poll::Ready(Err(anyhow!("a frame of {length} bytes")));
                }
                if let Some(frame) = rest.get(..length) {
                    let frame = Bytes::copy_from_slice(frame);
                    me.start += 4 + length;
                    return Poll::Ready(Ok(Some(frame)));
                }
            }
            me.buffer.drain(..me.start);
            me.start = 0;
            let mut chunk = ReadBuf::new(&mut me.chunk);
            if let Poll::Ready(read) = Pin::new(&mut me.inner).poll_read(cx, &mut chunk) {
                read?;
            }
            if chunk.filled().is_empty() {
                return Poll::Ready(match me.buffer.len() {
                    0 => Ok(None),
                    n => Err(anyhow!("{n} bytes of a frame, and then the end")),
                });
            }
            me.buffer.extend_from_slice(chunk.filled());
        }
    }
}
