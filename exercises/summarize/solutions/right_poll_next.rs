// right: polls the stream by hand, without an adapter

//! Why it is right: this is what `next` does. `Pending` means that the stream will wake this task;
//! the future ends at the first error or at `None`, and a stream is not polled after either.
//!
//! In Node.js: a `'data'` listener, with `'error'` and `'end'` listeners that settle a promise.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::Poll;

use bytes::Bytes;
use tokio_stream::Stream;

/// What a stream of chunks contained. Keep the fields as they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// The length of all chunks together, in bytes.
    pub bytes: u64,
    /// The number of chunks, empty ones included.
    pub chunks: u64,
    /// The length of the longest chunk, in bytes; 0 if there was none.
    pub largest: usize,
    /// The sum of all bytes, each taken as a number from 0 to 255.
    pub checksum: u64,
}

impl Summary {
    fn add(&mut self, chunk: &[u8]) {
        self.bytes += chunk.len() as u64;
        self.chunks += 1;
        self.largest = self.largest.max(chunk.len());
        self.checksum += chunk.iter().map(|&b| u64::from(b)).sum::<u64>();
    }
}

pub async fn summarize<S>(mut chunks: S) -> anyhow::Result<Summary>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let mut summary = Summary::default();
    poll_fn(|cx| {
        loop {
            match Pin::new(&mut chunks).poll_next(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => return Poll::Ready(Ok(summary)),
                Poll::Ready(Some(Err(e))) => return Poll::Ready(Err(e.into())),
                Poll::Ready(Some(Ok(chunk))) => summary.add(&chunk),
            }
        }
    })
    .await
}
