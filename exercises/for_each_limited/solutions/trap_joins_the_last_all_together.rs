// trap fails errors: after the last item the error of a job waits for all jobs beside it

use tokio::task::JoinSet;
use tokio_stream::Stream;
use tokio_stream::StreamExt;

/// Does `work` for each of `items`, at most `limit` (1 or more) at once and in any order, and returns
/// the number of items when all are done.
///
/// # Errors
///
/// The first error of a job, at once; the jobs at work are dropped. A job that panics has failed, too.
pub async fn for_each_limited<S, T, F, Fut>(items: S, limit: usize, work: F) -> anyhow::Result<u64>
where
    S: Stream<Item = T> + Send + Unpin + 'static,
    T: Send + 'static,
    F: Fn(T) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let mut items = items;
    let mut jobs = JoinSet::new();
    let mut n = 0u64;
    loop {
        tokio::select! {
            Some(done) = jobs.join_next(), if !jobs.is_empty() => done??,
            item = items.next(), if jobs.len() < limit => match item {
                Some(item) => { n += 1; jobs.spawn(work(item)); }
                None => break,
            }
        }
    }
    for r in jobs.join_all().await {
        r?;
    }
    Ok(n)
}
