// trap fails errors: an error that is no `io::Error` is replaced

use std::io;

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
    loop {
        tokio::select! {
            item = items.next(), if !ended && tasks.len() < limit => match item {
                Some(item) => {
                    count += 1;
                    tasks.spawn(work(item));
                }
                None => ended = true,
            },
            Some(joined) = tasks.join_next() => {
                let failed = |e: anyhow::Error| e.downcast().unwrap_or(io::Error::other("a job failed"));
                joined?.map_err(failed)?;
            }
            else => return Ok(count),
        }
    }
}
