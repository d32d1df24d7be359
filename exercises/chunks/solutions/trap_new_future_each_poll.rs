// trap fails correct: each poll begins a new read and drops what the one before had

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio_stream::Stream;

pub fn chunks<R>(src: R, size: usize) -> impl Stream<Item = io::Result<Bytes>> + Send
where
    R: AsyncRead + Unpin + Send + 'static,
{
    Chunks {
        src: Some(src),
        size,
    }
}

struct Chunks<R> {
    src: Option<R>,
    size: usize,
}

impl<R: AsyncRead + Unpin> Stream for Chunks<R> {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let size = self.size;
        let Some(src) = &mut self.src else {
            return Poll::Ready(None);
        };
        let next = async {
            let mut chunk = Vec::with_capacity(size);
            src.take(size as u64).read_to_end(&mut chunk).await?;
            Ok(Bytes::from(chunk))
        };
        let chunk = ready!(std::pin::pin!(next).poll(cx));
        if !matches!(&chunk, Ok(chunk) if chunk.len() == size) {
            self.src = None;
        }
        let empty = matches!(&chunk, Ok(chunk) if chunk.is_empty());
        Poll::Ready((!empty).then_some(chunk))
    }
}
