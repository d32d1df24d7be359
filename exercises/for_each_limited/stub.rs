//! Exercise `for_each_limited`: the task is in `README.md`, three hints are in `hints.md`.

use tokio_stream::Stream;

// ANCHOR: signature
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
    let _ = (items, limit, work);
    todo!("do the work for each item, at most `limit` at once")
}
// ANCHOR_END: signature
