//! Exercise `map_ordered`: the task is in `README.md`, three hints are in `hints.md`.

use tokio::sync::mpsc;
use tokio_stream::Stream;

// ANCHOR: signature
/// Does `work` for each of `items`, at most `limit` (1 or more) at once, and sends the answers to
/// `out` in the order of the items.
///
/// # Errors
///
/// The error of a job, in its turn: after the answers to the items before it, and none of those
/// after it. A job that panics has failed, too, and need not wait for its turn. An error of its own when
/// the receiver of `out` is gone.
pub async fn map_ordered<S, T, F, Fut, U>(
    items: S,
    limit: usize,
    work: F,
    out: mpsc::Sender<U>,
) -> anyhow::Result<()>
where
    S: Stream<Item = T> + Send + Unpin + 'static,
    T: Send + 'static,
    F: Fn(T) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = anyhow::Result<U>> + Send + 'static,
    U: Send + Sync + 'static,
{
    let _ = (items, limit, work, out);
    todo!("do the work for each item, and send the answers in order")
}
// ANCHOR_END: signature
