// trap fails correct: a `wait` of more than a minute is taken for a mistake and cut

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
    let wait = wait.min(Duration::from_secs(60));
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
        out.send(held).await?;
        if ended {
            break;
        }
    }
    Ok(())
}
