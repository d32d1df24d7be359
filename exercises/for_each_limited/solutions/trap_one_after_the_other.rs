// trap fails overlap: a job is awaited before the next item is taken

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
    let mut count = 0;
    while let Some(item) = items.next().await {
        work(item).await?;
        count += 1;
    }
    Ok(count)
}
