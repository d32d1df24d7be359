// trap fails overlap, early, errors: a batch is collected before its first job starts

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
    let mut count = 0;
    loop {
        let mut batch = Vec::new();
        while batch.len() < limit
            && let Some(item) = items.next().await
        {
            batch.push(item);
        }
        let full = batch.len() == limit;
        let mut tasks: JoinSet<_> = batch.into_iter().map(&work).collect();
        while let Some(joined) = tasks.join_next().await {
            joined??;
            count += 1;
        }
        if !full {
            return Ok(count);
        }
    }
}
