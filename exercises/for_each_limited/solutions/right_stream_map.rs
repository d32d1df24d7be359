// right: each job is a stream of one result, and a `StreamMap` holds at most `limit` of them

// The map polls every job from within this function and tells which one has its result; it is taken out then, since its place
// is in use until it is. Nothing is spawned, so dropping the function drops all jobs.
//
// In Node.js: `Promise.race` over a `Map` of promises, each of which resolves to its key.

use std::pin::Pin;
use std::task::{Context, Poll};
use tokio_stream::{Stream, StreamExt, StreamMap};

struct One<F>(Option<Pin<Box<F>>>);
impl<F: Future> Stream for One<F> {
    type Item = F::Output;
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<F::Output>> {
        let Some(job) = &mut self.0 else {
            return Poll::Ready(None);
        };
        let result = std::task::ready!(job.as_mut().poll(cx));
        self.0 = None;
        Poll::Ready(Some(result))
    }
}

pub async fn for_each_limited<S, T, F, Fut>(
    mut items: S,
    limit: usize,
    work: F,
) -> anyhow::Result<u64>
where
    S: Stream<Item = T> + Send + Unpin + 'static,
    T: Send + 'static,
    F: Fn(T) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let mut jobs = StreamMap::new();
    let (mut taken, mut done, mut ended) = (0u64, 0u64, false);
    loop {
        tokio::select! {
            item = items.next(), if !ended && jobs.len() < limit => match item {
                Some(item) => { jobs.insert(taken, One(Some(Box::pin(work(item))))); taken += 1; }
                None => ended = true,
            },
            Some((n, result)) = jobs.next(), if !jobs.is_empty() => { result?; jobs.remove(&n); done += 1; }
            else => return Ok(done),
        }
    }
}
