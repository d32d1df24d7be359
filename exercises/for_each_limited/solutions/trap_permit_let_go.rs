// trap fails backpressure, memory: `let _` drops the permit in the line that acquires it

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
        let _ = permits.clone().acquire_owned().await?;
        tokio::select! {
            item = items.next() => match item {
                Some(item) => {
                    count += 1;
                    tasks.spawn(work(item));
                }
                None => break,
            },
            Some(joined) = tasks.join_next() => joined??,
        }
    }
    while let Some(joined) = tasks.join_next().await {
        joined??;
    }
    Ok(count)
}
