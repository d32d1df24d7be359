// trap fails correct: gives up on a receiver that takes no batch for half an hour

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
    while let Some(first) = items.next().await {
        let due = Instant::now() + wait;
        let mut held = vec![first];
        let mut ended = false;
        while held.len() < max {
            match timeout_at(due, items.next()).await {
                Err(_) => break,
                Ok(None) => {
                    ended = true;
                    break;
                }
                Ok(Some(item)) => held.push(item),
            }
        }
        out.send_timeout(held, Duration::from_secs(1800))
            .await
            .map_err(|e| anyhow::anyhow!("{e}"))?;
        if ended {
            break;
        }
    }
    Ok(())
}
