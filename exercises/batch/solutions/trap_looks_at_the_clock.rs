// trap fails early: the age is looked at when an item comes, and so a batch waits for the next one

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;
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
    let mut first = Instant::now();
    while let Some(item) = items.next().await {
        if !batch.is_empty() && first.elapsed() >= wait {
            out.send(std::mem::take(&mut batch)).await?;
        }
        if batch.is_empty() {
            first = Instant::now();
        }
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
