//! Exercise `batch`: the task is in `README.md`, three hints are in `hints.md`.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio_stream::Stream;

// ANCHOR: signature
/// Sends `items` on to `out`, in their order and in batches. A batch is sent when it has `max` items, when
/// `wait` has passed since its first item was taken, or when `items` ends; it is never empty.
///
/// `max` is at least 1, and `wait` is more than 0, on tokio's clock (`tokio::time::Instant`).
///
/// # Errors
///
/// When the receiver of `out` is gone before it was sent all items.
pub async fn batch<S, T>(
    items: S,
    max: usize,
    wait: Duration,
    out: mpsc::Sender<Vec<T>>,
) -> anyhow::Result<()>
where
    S: Stream<Item = T> + Unpin + Send + 'static,
    T: Send + Sync + 'static,
{
    let _ = (items, max, wait, out);
    todo!("send the items on in batches")
}
// ANCHOR_END: signature
