// trap fails early: a batch's time begins when its first item leaves the queue of the task that reads ahead

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use tokio_stream::{Stream, StreamExt};

/// Sends `items` on to `out`, in their order and in batches.
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
    let (ahead, mut read) = mpsc::channel(10);
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        while let Some(item) = items.next().await {
            if ahead.send(item).await.is_err() {
                break;
            }
        }
    });
    let mut ended = false;
    while !ended {
        let Some(first) = read.recv().await else {
            break;
        };
        let deadline = Instant::now() + wait;
        let mut batch = vec![first];
        while batch.len() < max && !ended {
            match timeout_at(deadline, read.recv()).await {
                Ok(Some(item)) => batch.push(item),
                Ok(None) => ended = true,
                Err(_) => break,
            }
        }
        tokio::select! {
            sent = out.send(batch) => sent?,
            () = out.closed() => anyhow::bail!("the receiver is gone"),
        }
    }
    if let Some(read) = tasks.join_next().await {
        read?;
    }
    Ok(())
}
