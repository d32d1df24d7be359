// trap fails early: reads before it looks at what it has, so the second chunk of one read waits for the next

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, ReadBuf};
use tokio_stream::Stream;

pub fn chunks<R>(src: R, size: usize) -> impl Stream<Item = io::Result<Bytes>> + Send
where
    R: AsyncRead + Unpin + Send + 'static,
{
    Chunks {
        src: Some(src),
        buffer: BytesMut::new(),
        size,
    }
}

struct Chunks<R> {
    /// Gone after its end or its error.
    src: Option<R>,
    buffer: BytesMut,
    size: usize,
}

impl<R: AsyncRead + Unpin> Stream for Chunks<R> {
    type Item = io::Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        while let Some(src) = &mut this.src {
            let mut piece = [0; 8 * 1024];
            let mut room = ReadBuf::new(&mut piece);
            if let Err(error) = ready!(Pin::new(src).poll_read(cx, &mut room)) {
                (this.src, this.buffer) = (None, BytesMut::new());
                return Poll::Ready(Some(Err(error)));
            }
            this.buffer.extend_from_slice(room.filled());
            if room.filled().is_empty() {
                this.src = None;
            } else if this.buffer.len() >= this.size {
                break;
            }
        }
        let chunk = this.buffer.split_to(this.size.min(this.buffer.len()));
        Poll::Ready((!chunk.is_empty()).then(|| Ok(chunk.freeze())))
    }
}
