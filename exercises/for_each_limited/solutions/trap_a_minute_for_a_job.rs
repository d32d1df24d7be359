// trap fails correct: a job that takes more than a minute is taken for failed

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
            item = items.next(), if !ended && jobs.len() < limit => match item {
                Some(item) => { jobs.spawn({ let job = work(item); async { timeout(Duration::from_secs(60), job).await? } }); }
                None => ended = true,
            },
            Some(joined) = jobs.join_next() => { joined??; done += 1; }
            else => return Ok(done),
        }
    }
}
