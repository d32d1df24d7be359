// right: a permit before the next item is asked for, given back when its task is joined

// The task returns its permit, which is free again when the answer has been joined and dropped. The future of a
// `next` that is dropped loses nothing: an item has been taken only when it is ready.
// In Node.js: `await permits.acquire()` before `items.next()`, and `release()` in a `finally`.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
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
    let permits = Arc::new(Semaphore::new(limit));
    let mut tasks = JoinSet::new();
    let mut count = 0;
    loop {
        let next = async {
            let permit = permits.clone().acquire_owned().await?;
            anyhow::Ok(items.next().await.map(|item| (item, permit)))
        };
        tokio::select! {
            next = next => {
                let Some((item, permit)) = next? else {
                    break;
                };
                count += 1;
                let job = work(item);
                tasks.spawn(async move {
                    job.await?;
                    anyhow::Ok(permit)
                });
            }
            Some(joined) = tasks.join_next() => drop(joined??),
        }
    }
    while let Some(joined) = tasks.join_next().await {
        joined??;
    }
    Ok(count)
}
