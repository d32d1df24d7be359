// trap fails memory: the adapter makes room for `max` items before the first

use std::time::Duration;

use tokio::sync::mpsc;
use tokio_stream::{Stream, StreamExt};

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
    let batches = items.chunks_timeout(max, wait);
    tokio::pin!(batches);
    while let Some(batch) = batches.next().await {
        out.send(batch).await?;
    }
    Ok(())
}
