// right: a struct with a buffer, polled by hand

//! Why it is right: what has been read of a chunk lies in the struct, so a `Pending` loses nothing, and
//! nothing happens between two calls. `src` is gone after its end or its error, so neither is met twice.
//!
//! In Node.js: an object with `[Symbol.asyncIterator]` and a `next()` that reads until its buffer is full.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::{AsyncRead, ReadBuf};
use tokio_stream::Stream;

pub fn chunks<R>(src: R, size: usize) -> impl Stream<Item = io::Result<Bytes>> + Send
where
    R: AsyncRead + Unpin + Send + 'static,
{
    let buffer = Vec::new();
    Chunks {
        src: Some(src),
        buffer,
        filled: 0,
        size,
    }
}

struct Chunks<R> {
    /// Gone after its end or its error.
    src: Option<R>,
    buffer: Vec<u8>,
    filled: usize,
    size: usize,
}

impl<R: AsyncRead + Unpin> Stream for Chunks<R> {
    type Item = io::Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        this.buffer.resize(this.size, 0);
        while let Some(src) = &mut this.src
            && this.filled < this.size
        {
            let mut room = ReadBuf::new(&mut this.buffer[this.filled..]);
            if let Err(error) = ready!(Pin::new(src).poll_read(cx, &mut room)) {
                (this.src, this.filled) = (None, 0);
                return Poll::Ready(Some(Err(error)));
            }
            match room.filled().len() {
                0 => this.src = None,
                n => this.filled += n,
            }
        }
        this.buffer.truncate(std::mem::take(&mut this.filled));
        let chunk = Bytes::from(std::mem::take(&mut this.buffer));
        Poll::Ready((!chunk.is_empty()).then_some(Ok(chunk)))
    }
}
