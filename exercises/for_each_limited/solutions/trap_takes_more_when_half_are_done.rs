// trap fails overlap: when all places were taken, none is filled until half of them are free

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
    let (mut count, mut ended, mut full) = (0, false, false);
    loop {
        tokio::select! {
            item = items.next(), if !ended && !full => match item {
                Some(item) => {
                    count += 1;
                    tasks.spawn(work(item));
                    full = tasks.len() == limit;
                }
                None => ended = true,
            },
            Some(joined) = tasks.join_next() => {
                joined??;
                full &= tasks.len() > limit / 2;
            }
            else => return Ok(count),
        }
    }
}
