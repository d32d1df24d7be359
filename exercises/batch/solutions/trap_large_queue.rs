// trap fails backpressure, early: its queue is bounded, ten times as large as it may be

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
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
    let (ahead, mut read) = mpsc::channel(400);
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        while let Some(item) = items.next().await {
            if ahead.send(item).await.is_err() {
                break;
            }
        }
    });
    while let Some(first) = read.recv().await {
        let deadline = Instant::now() + wait;
        let mut batch = vec![first];
        while batch.len() < max {
            match timeout_at(deadline, read.recv()).await {
                Ok(Some(item)) => batch.push(item),
                Ok(None) | Err(_) => break,
            }
        }
        out.send(batch).await?;
    }
    Ok(())
}
