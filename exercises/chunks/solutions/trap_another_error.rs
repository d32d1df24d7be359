// trap fails errors: the caller gets an error of its own making

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{BufMut, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio_stream::Stream;

pub fn chunks<R>(src: R, size: usize) -> impl Stream<Item = io::Result<Bytes>> + Send
where
    R: AsyncRead + Unpin + Send + 'static,
{
    let next = Box::pin(next_chunk(src, size));
    Unfold {
        next: Some(next),
        size,
    }
}

type Next<R> = Pin<Box<dyn Future<Output = (io::Result<Bytes>, Option<R>)> + Send>>;

struct Unfold<R> {
    next: Option<Next<R>>,
    size: usize,
}

impl<R: AsyncRead + Unpin + Send + 'static> Stream for Unfold<R> {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(next) = &mut self.next else {
            return Poll::Ready(None);
        };
        let (chunk, src) = ready!(next.as_mut().poll(cx));
        let size = self.size;
        self.next = src.map(|src| Box::pin(next_chunk(src, size)) as Next<R>);
        let empty = matches!(&chunk, Ok(chunk) if chunk.is_empty());
        Poll::Ready((!empty).then_some(chunk))
    }
}

/// The next chunk and the reader, which is gone when there is nothing more to read of it.
async fn next_chunk<R>(mut src: R, size: usize) -> (io::Result<Bytes>, Option<R>)
where
    R: AsyncRead + Unpin,
{
    let mut chunk = BytesMut::with_capacity(size);
    while chunk.len() < size {
        let room = size - chunk.len();
        match src.read_buf(&mut (&mut chunk).limit(room)).await {
            Ok(0) => return (Ok(chunk.freeze()), None),
            Ok(_) => {}
            Err(_) => return (Err(io::Error::other("could not read")), None),
        }
    }
    (Ok(chunk.freeze()), Some(src))
}
