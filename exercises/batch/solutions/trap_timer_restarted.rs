// trap fails early: each item puts the batch off by another `wait`

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;
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
    loop {
        match timeout(wait, items.next()).await {
            Ok(Some(item)) => {
                batch.push(item);
                if batch.len() < max {
                    continue;
                }
            }
            Ok(None) => break,
            Err(_) if batch.is_empty() => continue,
            Err(_) => {}
        }
        out.send(std::mem::take(&mut batch)).await?;
    }
    if !batch.is_empty() {
        out.send(batch).await?;
    }
    Ok(())
}
