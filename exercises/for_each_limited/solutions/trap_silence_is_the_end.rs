// trap fails correct: a source that is quiet for half a minute is taken for ended

use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::timeout;
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
    let mut jobs = JoinSet::new();
    let (mut done, mut ended) = (0, false);
    loop {
        tokio::select! {
            item = timeout(Duration::from_secs(30), items.next()), if !ended && jobs.len() < limit => match item.ok().flatten() {
                Some(item) => { jobs.spawn(work(item)); }
                None => ended = true,
            },
            Some(joined) = jobs.join_next() => { joined??; done += 1; }
            else => return Ok(done),
        }
    }
}
