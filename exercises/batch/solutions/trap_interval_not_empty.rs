// trap fails correct: the ticks have nothing to do with the first item

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, interval_at};
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
    let mut ticks = interval_at(Instant::now() + wait, wait);
    loop {
        tokio::select! {
            item = items.next() => match item {
                Some(item) => {
                    batch.push(item);
                    if batch.len() < max {
                        continue;
                    }
                }
                None => break,
            },
            _ = ticks.tick(), if !batch.is_empty() => {}
        }
        out.send(std::mem::take(&mut batch)).await?;
    }
    if !batch.is_empty() {
        out.send(batch).await?;
    }
    Ok(())
}
