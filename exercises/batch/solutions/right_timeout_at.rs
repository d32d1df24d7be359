// right: the first item is waited for without a limit, the others until a point in time
//
// Why it is right: a timeout that goes off drops `next`, which has taken nothing by then; the batch is outside.
// The deadline is a point in time, so later items cannot move it. After the end the stream is not asked again.
// In Node.js: `Promise.race` with `next()` leaves the `next()` running, so its item has to be kept for the next
// batch.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use tokio_stream::{Stream, StreamExt};

pub async fn batch<S, T>(
    mut items: S,
    max: usize,
    wait: Duration,
    out: mpsc::Sender<Vec<T>>,
) -> anyhow::Result<()>
where
    S: Stream<Item = T> + Unpin + Send + 'static,
    T: Send + Sync + 'static,
{
    let mut ended = false;
    while !ended && let Some(first) = items.next().await {
        let deadline = Instant::now() + wait;
        let mut batch = vec![first];
        while batch.len() < max {
            match timeout_at(deadline, items.next()).await {
                Ok(Some(item)) => batch.push(item),
                Ok(None) => {
                    ended = true;
                    break;
                }
                Err(_) => break,
            }
        }
        out.send(batch).await?;
    }
    Ok(())
}
