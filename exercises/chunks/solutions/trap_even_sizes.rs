// trap fails correct: a large size is rounded to an even number

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::{AsyncRead, ReadBuf};
use tokio_stream::Stream;

struct Chunks<R> {
    src: R,
    size: usize,
    buf: Vec<u8>,
    done: bool,
}

pub fn chunks<R>(src: R, size: usize) -> impl Stream<Item = io::Result<Bytes>> + Send
where
    R: AsyncRead + Unpin + Send + 'static,
{
    // Large buffers have an even length.
    let size = if size > 8192 { size & !1 } else { size };
    Chunks {
        src,
        size,
        buf: Vec::new(),
        done: false,
    }
}

impl<R: AsyncRead + Unpin> Stream for Chunks<R> {
    type Item = io::Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.done {
            return Poll::Ready(None);
        }
        let mut piece = [0; 4096];
        while this.buf.len() < this.size {
            let want = (this.size - this.buf.len()).min(piece.len());
            let mut read = ReadBuf::new(&mut piece[..want]);
            match ready!(Pin::new(&mut this.src).poll_read(cx, &mut read)) {
                Err(e) => {
                    this.done = true;
                    return Poll::Ready(Some(Err(e)));
                }
                Ok(()) if read.filled().is_empty() => {
                    this.done = true;
                    let rest = std::mem::take(&mut this.buf);
                    return Poll::Ready((!rest.is_empty()).then(|| Ok(rest.into())));
                }
                Ok(()) => this.buf.extend_from_slice(read.filled()),
            }
        }
        Poll::Ready(Some(Ok(std::mem::take(&mut this.buf).into())))
    }
}
