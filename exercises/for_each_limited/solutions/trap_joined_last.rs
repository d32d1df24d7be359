// trap fails memory, errors, early: finished tasks stay in the set until the input has ended

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
        let permit = permits.clone().acquire_owned().await?;
        let Some(item) = items.next().await else {
            break;
        };
        count += 1;
        let job = work(item);
        tasks.spawn(async move {
            let _permit = permit;
            job.await
        });
    }
    while let Some(joined) = tasks.join_next().await {
        joined??;
    }
    Ok(count)
}
