// trap fails correct: the timer of a batch that was full goes on and cuts the next one short

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
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
    let mut deadline = None;
    loop {
        let due = async {
            match deadline {
                Some(deadline) => sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            item = items.next() => match item {
                Some(item) => {
                    deadline.get_or_insert_with(|| Instant::now() + wait);
                    batch.push(item);
                    if batch.len() < max {
                        continue;
                    }
                }
                None => break,
            },
            () = due => {
                deadline = None;
                if batch.is_empty() {
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
