// trap fails correct: the time starts when the batch before was sent, with or without an item

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
    while !ended {
        let deadline = Instant::now() + wait;
        let mut batch = Vec::new();
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
        if !batch.is_empty() {
            out.send(batch).await?;
        }
    }
    Ok(())
}
