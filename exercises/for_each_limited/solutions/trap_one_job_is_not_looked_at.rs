// trap fails errors: where one job runs, it is looked at when the next item is there

use tokio_stream::{Stream, StreamExt};

pub async fn for_each_limited<S, T, F, Fut>(items: S, limit: usize, work: F) -> anyhow::Result<u64>
where
    S: Stream<Item = T> + Send + Unpin + 'static,
    T: Send + 'static,
    F: Fn(T) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let mut items = items;
    let mut set = tokio::task::JoinSet::new();
    let (mut done, mut ended) = (0u64, false);
    loop {
        // with one job under way there is nothing to wait for yet
        if !ended && set.len() < limit.min(2) {
            match items.next().await {
                Some(x) => {
                    set.spawn(work(x));
                }
                None => ended = true,
            }
            continue;
        }
        tokio::select! {
            Some(result) = set.join_next() => {
                result??;
                done += 1;
            }
            item = items.next(), if !ended && set.len() < limit => match item {
                Some(item) => {
                    set.spawn(work(item));
                }
                None => ended = true,
            },
            else => return Ok(done),
        }
    }
}
