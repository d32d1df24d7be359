// trap fails early, errors: jobs that live in a list are polled only when there is no free place

use std::pin::Pin;
use std::task::Poll;

use tokio_stream::{Stream, StreamExt};

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
    let mut jobs: Vec<Pin<Box<Fut>>> = Vec::new();
    let (mut count, mut ended) = (0, false);
    loop {
        while !ended && jobs.len() < limit {
            match items.next().await {
                Some(item) => jobs.push(Box::pin(work(item))),
                None => ended = true,
            }
        }
        if jobs.is_empty() {
            return Ok(count);
        }
        std::future::poll_fn(|cx| {
            for at in 0..jobs.len() {
                if let Poll::Ready(result) = jobs[at].as_mut().poll(cx) {
                    drop(jobs.swap_remove(at));
                    return Poll::Ready(result);
                }
            }
            Poll::Pending
        })
        .await?;
        count += 1;
    }
}
