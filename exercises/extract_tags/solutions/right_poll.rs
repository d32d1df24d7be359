// right: a future written by hand that keeps its tags across `Pending`

//! Why it is right: it is the loop of `while let` without the `await`. Collecting bytes makes a new allocation of
//! about their number.
//!
//! In Node.js: calling `iterator.next()` by hand in place of `for await`.

use std::future::poll_fn;
use std::io;
use std::mem;
use std::pin::Pin;
use std::task::{Poll, ready};

use bytes::Bytes;
use tokio_stream::Stream;

pub async fn extract_tags<S>(mut records: S, n: usize) -> anyhow::Result<Vec<Bytes>>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let mut tags = Vec::new();
    poll_fn(|cx| {
        loop {
            match ready!(Pin::new(&mut records).poll_next(cx)) {
                None => return Poll::Ready(Ok(mem::take(&mut tags))),
                Some(Err(error)) => return Poll::Ready(Err(error.into())),
                Some(Ok(record)) => tags.push(record.iter().take(n).copied().collect()),
            }
        }
    })
    .await
}
