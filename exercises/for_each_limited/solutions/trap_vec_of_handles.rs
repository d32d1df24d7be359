// trap fails memory, cancel, errors, early: handles are kept to the end, and detach their tasks when they are dropped

use std::sync::Arc;

use tokio::sync::Semaphore;
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
    let mut tasks = Vec::new();
    loop {
        let permit = permits.clone().acquire_owned().await?;
        let Some(item) = items.next().await else {
            break;
        };
        let job = work(item);
        tasks.push(tokio::spawn(async move {
            let _permit = permit;
            job.await
        }));
    }
    let count = tasks.len() as u64;
    for task in tasks {
        task.await??;
    }
    Ok(count)
}
