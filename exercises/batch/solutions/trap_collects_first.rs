// trap fails memory, early, backpressure: all items are taken before the first batch is sent

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
    let mut all = Vec::new();
    while let Some(item) = items.next().await {
        all.push(item);
    }
    let mut all = all.into_iter();
    loop {
        let batch: Vec<T> = all.by_ref().take(max).collect();
        if batch.is_empty() {
            break;
        }
        out.send(batch).await?;
    }
    let _ = wait;
    Ok(())
}
