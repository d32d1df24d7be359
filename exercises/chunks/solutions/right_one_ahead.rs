// right: a task reads the next chunk while the caller has this one, and ends with the stream

//! Why it is right: the task reads one chunk and is done, so it is never further ahead than that. The reader goes in
//! with it and comes back with the chunk, and a `JoinSet` that is dropped aborts what it holds. It is worth it where
//! the caller is busy for as long as a chunk takes to come, and costs a second chunk of memory.
//!
//! In Node.js: `let next = read()` before the `yield`, and `await next` after it; with `next.catch(() => {})`, or its
//! error ends the process while the caller is busy.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::task::JoinSet;
use tokio_stream::Stream;

struct OneAhead<R> {
    src: Option<R>,
    size: usize,
    next: JoinSet<(R, io::Result<Vec<u8>>)>,
}

impl<R: AsyncRead + Unpin + Send + 'static> OneAhead<R> {
    fn begin(&mut self, mut src: R) {
        let size = self.size as u64;
        self.next.spawn(async move {
            let mut chunk = Vec::new();
            let read = (&mut src).take(size).read_to_end(&mut chunk).await;
            (src, read.map(|_| chunk))
        });
    }
}

pub fn chunks<R>(src: R, size: usize) -> impl Stream<Item = io::Result<Bytes>> + Send
where
    R: AsyncRead + Unpin + Send + 'static,
{
    OneAhead {
        src: Some(src),
        size,
        next: JoinSet::new(),
    }
}

impl<R: AsyncRead + Unpin + Send + 'static> Stream for OneAhead<R> {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(src) = self.src.take() {
            self.begin(src);
        }
        Poll::Ready(match ready!(self.next.poll_join_next(cx)) {
            None => None,
            Some(Err(e)) => Some(Err(e.into())),
            Some(Ok((_, Err(e)))) => Some(Err(e)),
            Some(Ok((src, Ok(chunk)))) => {
                if chunk.len() == self.size {
                    self.begin(src);
                }
                Some(Ok(chunk.into())).filter(|chunk| !matches!(chunk, Ok(b) if Bytes::is_empty(b)))
            }
        })
    }
}
