// trap fails correct, early: the time is measured with the clock of `std`, which stands still here

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::sleep;
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
        let due = std::time::Instant::now() + wait;
        let mut full = vec![first];
        while full.len() < max && !ended {
            tokio::select! {
                biased;
                () = out.closed() => anyhow::bail!("the receiver is gone"),
                item = items.next() => match item {
                    Some(item) => full.push(item),
                    None => ended = true,
                },
                () = sleep(Duration::from_millis(1)) => if std::time::Instant::now() >= due {
                    break;
                },
            }
        }
        out.send(full).await?;
    }
    Ok(())
}
