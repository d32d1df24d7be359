// trap fails early: it looks every half second whether it is time

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};
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
    loop {
        tokio::select! {
            item = items.next() => match item {
                Some(item) => {
                    if batch.is_empty() {
                        first = Instant::now();
                    }
                    batch.push(item);
                    if batch.len() < max {
                        continue;
                    }
                }
                None => break,
            },
            () = sleep(Duration::from_millis(500)), if !batch.is_empty() => {
                if first.elapsed() < wait {
                    continue;
                }
            }
        }
        out.send(std::mem::take(&mut batch)).await?;
    }
    if !batch.is_empty() {
        out.send(batch).await?;
    }
    Ok(())
}
