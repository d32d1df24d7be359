// trap fails memory: room for `max` items is made for each batch

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
        let mut batch = Vec::with_capacity(max);
        batch.push(first);
        while batch.len() < max {
            match timeout_at(deadline, items.next()).await {
                Ok(Some(item)) => batch.push(item),
                Ok(None) | Err(_) => break,
            }
        }
        out.send(batch).await?;
    }
    Ok(())
}
