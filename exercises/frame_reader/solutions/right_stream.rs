// right: the reader is a `Stream` of frames, and a call asks it for the next one

//! Why it is right: `poll_next` keeps everything in the struct, and what `next` returns holds a reference to it. The
//! chunk is on the stack of one poll; what came is in `buffer` before `poll_next` returns.
//!
//! In Node.js: an object with `[Symbol.asyncIterator]()`, whose `next()` is called once a frame and never raced
//! anew.

use std::io::{Error, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use anyhow::Result;
use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, ReadBuf};
use tokio_stream::{Stream, StreamExt};

pub struct FrameReader<R> {
    inner: R,
    max_frame: usize,
    buffer: BytesMut,
}

impl<R: AsyncRead + Unpin + Send + 'static> FrameReader<R> {
    pub fn new(inner: R, max_frame: usize) -> Self {
        FrameReader {
            inner,
            max_frame,
            buffer: BytesMut::new(),
        }
    }

    pub async fn next_frame(&mut self) -> Result<Option<Bytes>> {
        Ok(self.next().await.transpose()?)
    }
}

impl<R: AsyncRead + Unpin> Stream for FrameReader<R> {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let me = self.get_mut();
        loop {
            let mut rest = &me.buffer[..];
            if rest.len() >= 4 {
                let length = rest.get_u32() as usize;
                if length > me.max_frame {
                    return Poll::Ready(Some(Err(ErrorKind::InvalidData.into())));
                }
                if rest.len() >= length {
                    let frame = me.buffer.split_to(4 + length).split_off(4);
                    return Poll::Ready(Some(Ok(frame.freeze())));
                }
            }
            let mut chunk = [0; 2048];
            let mut chunk = ReadBuf::new(&mut chunk);
            ready!(Pin::new(&mut me.inner).poll_read(cx, &mut chunk))?;
            if chunk.filled().is_empty() {
                let whole = me.buffer.is_empty();
                let cut_off = Err(ErrorKind::UnexpectedEof.into());
                return Poll::Ready((!whole).then_some(cut_off));
            }
            me.buffer.extend_from_slice(chunk.filled());
        }
    }
}
