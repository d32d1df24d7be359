// trap fails early: it has no timer, so three items wait for a batch that never fills

use std::time::Duration;

use tokio::sync::mpsc;
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
    while let Some(item) = items.next().await {
        batch.push(item);
        if batch.len() == max {
            out.send(std::mem::take(&mut batch)).await?;
        }
    }
    if !batch.is_empty() {
        out.send(batch).await?;
    }
    Ok(())
}
