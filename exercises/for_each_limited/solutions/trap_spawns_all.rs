// trap fails backpressure, memory, errors: every item is taken and started at once

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
    let _ = limit;
    let mut tasks = JoinSet::new();
    let mut count = 0;
    while let Some(item) = items.next().await {
        count += 1;
        tasks.spawn(work(item));
    }
    while let Some(joined) = tasks.join_next().await {
        joined??;
    }
    Ok(count)
}
