// right: a task reads ahead by ten items, notes when, and is stopped with the function
//
// Why it is right: the queue between the two has room for ten, and a `JoinSet` that is dropped aborts its task.
// An item stays in that queue while the receiver rests, so the time when it was taken goes with it. In Node.js:
// a `Readable` in object mode reads ahead like this, 16 items unless you say otherwise.

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
    let (ahead, mut read) = mpsc::channel(10);
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        while let Some(item) = items.next().await {
            if ahead.send((Instant::now(), item)).await.is_err() {
                break;
            }
        }
    });
    let mut ended = false;
    while !ended {
        let Some((taken, first)) = read.recv().await else {
            break;
        };
        let deadline = taken + wait;
        let mut batch = vec![first];
        while batch.len() < max && !ended {
            match timeout_at(deadline, read.recv()).await {
                Ok(Some((_, item))) => batch.push(item),
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
