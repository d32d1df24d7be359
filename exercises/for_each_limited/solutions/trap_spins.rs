// trap fails correct, errors, cancel: it asks again and again without waiting, so no time passes

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
    let mut tasks = JoinSet::new();
    let (mut count, mut ended) = (0, false);
    while !ended || !tasks.is_empty() {
        while let Some(joined) = tasks.try_join_next() {
            joined??;
        }
        if !ended && tasks.len() < limit {
            match items.next().await {
                Some(item) => {
                    count += 1;
                    tasks.spawn(work(item));
                }
                None => ended = true,
            }
        }
        tokio::task::yield_now().await;
    }
    Ok(count)
}
