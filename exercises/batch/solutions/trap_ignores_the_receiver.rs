// trap fails errors, early: the error of `send` is ignored, and it goes on for nobody

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
        let deadline = Instant::now() + wait;
        let mut batch = vec![first];
        while batch.len() < max {
            match timeout_at(deadline, items.next()).await {
                Ok(Some(item)) => batch.push(item),
                Ok(None) | Err(_) => break,
            }
        }
        let _ = out.send(batch).await;
    }
    Ok(())
}
