// right: it also notices a receiver that goes while no item comes
//
// Why it is right: `deadline` is there exactly while the batch has an item. `closed` ends the wait for items
// that nobody would receive. In Node.js: the `'close'` event of the destination.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
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
    let mut batch = Vec::new();
    let mut deadline = None;
    loop {
        let due = async {
            match deadline {
                Some(deadline) => sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        let (full, ended) = tokio::select! {
            () = out.closed() => anyhow::bail!("the receiver is gone"),
            () = due => (true, false),
            item = items.next() => match item {
                Some(item) => {
                    batch.push(item);
                    (batch.len() >= max, false)
                }
                None => (!batch.is_empty(), true),
            },
        };
        if full {
            out.send(std::mem::take(&mut batch)).await?;
            deadline = None;
        } else if !batch.is_empty() && deadline.is_none() {
            deadline = Some(Instant::now() + wait);
        }
        if ended {
            return Ok(());
        }
    }
}
