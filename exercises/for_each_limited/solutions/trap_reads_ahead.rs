// trap fails backpressure: a channel of 100 items stands in front of the places

use tokio::sync::mpsc;
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
    let (queue, mut taken) = mpsc::channel(100);
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        while let Some(item) = items.next().await {
            if queue.send(item).await.is_err() {
                break;
            }
        }
        Ok(())
    });
    let (mut count, mut ended) = (0, false);
    loop {
        tokio::select! {
            item = taken.recv(), if !ended && tasks.len() <= limit => match item {
                Some(item) => {
                    count += 1;
                    tasks.spawn(work(item));
                }
                None => ended = true,
            },
            Some(joined) = tasks.join_next() => joined??,
            else => return Ok(count),
        }
    }
}
