// trap fails errors: a connection that is reset between two chunks passes for one that was closed

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::{AsyncRead, ReadBuf};
use tokio_stream::Stream;

pub fn chunks<R>(src: R, size: usize) -> impl Stream<Item = io::Result<Bytes>> + Send
where
    R: AsyncRead + Unpin + Send + 'static,
{
    Chunks {
        src: Some(src),
        chunk: Vec::new(),
        size,
    }
}

struct Chunks<R> {
    /// Gone after its end or its error.
    src: Option<R>,
    chunk: Vec<u8>,
    size: usize,
}

impl<R: AsyncRead + Unpin> Stream for Chunks<R> {
    type Item = io::Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let mut piece = [0; 8 * 1024];
        while let Some(src) = &mut this.src
            && this.chunk.len() < this.size
        {
            let most = piece.len().min(this.size - this.chunk.len());
            let mut room = ReadBuf::new(&mut piece[..most]);
            match ready!(Pin::new(src).poll_read(cx, &mut room)) {
                Ok(()) if room.filled().is_empty() => this.src = None,
                Ok(()) => this.chunk.extend_from_slice(room.filled()),
                Err(error) => {
                    this.src = None;
                    let closed = error.kind() == ErrorKind::ConnectionReset;
                    if this.chunk.is_empty() && closed {
                        return Poll::Ready(None);
                    }
                    this.chunk.clear();
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
        let chunk = std::mem::take(&mut this.chunk);
        Poll::Ready((!chunk.is_empty()).then(|| Ok(chunk.into())))
    }
}
