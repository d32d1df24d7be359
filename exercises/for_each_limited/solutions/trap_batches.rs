// trap fails overlap, errors: each batch waits for its slowest job

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
    let (mut count, mut ended) = (0, false);
    while !ended {
        let mut batch = JoinSet::new();
        while batch.len() < limit {
            match items.next().await {
                Some(item) => drop(batch.spawn(work(item))),
                None => {
                    ended = true;
                    break;
                }
            }
        }
        while let Some(joined) = batch.join_next().await {
            joined??;
            count += 1;
        }
    }
    Ok(count)
}
