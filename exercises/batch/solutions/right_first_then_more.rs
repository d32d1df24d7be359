// right: waits for a first item, then for more until the batch is full or due, and for the receiver all the time

//! Why it is right: the time begins with the first item, and a `next` that loses the `select!` has taken nothing. `closed`
//! is looked at first, so nothing is taken for a receiver that is gone.
//!
//! In Node.js: `Promise.race` of `next()` and a timer, where a `next()` that lost is kept for the next batch.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tokio_stream::{Stream, StreamExt};

/// Sends `items` on to `out`, in their order and in batches.
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
    let mut items = items;
    let mut ended = false;
    while !ended {
        let first = tokio::select! {
            biased;
            () = out.closed() => None,
            item = items.next() => match item {
                Some(item) => Some(item),
                None => return Ok(()),
            },
        };
        let Some(first) = first else {
            anyhow::bail!("the receiver is gone");
        };
        let due = Instant::now() + wait;
        let mut full = vec![first];
        while full.len() < max && !ended {
            tokio::select! {
                biased;
                () = out.closed() => anyhow::bail!("the receiver is gone"),
                item = items.next() => match item {
                    Some(item) => full.push(item),
                    None => ended = true,
                },
                () = sleep_until(due) => break,
            }
        }
        out.send(full).await?;
    }
    Ok(())
}
