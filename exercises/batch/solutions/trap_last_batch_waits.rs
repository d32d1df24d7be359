// trap fails correct, early: at the end of the input the last batch waits out its time

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout_at};
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
    let mut ended = false;
    while !ended {
        let Some(first) = items.next().await else {
            break;
        };
        let deadline = Instant::now() + wait;
        let mut batch = vec![first];
        while batch.len() < max && !ended {
            match timeout_at(deadline, items.next()).await {
                Ok(Some(item)) => batch.push(item),
                Ok(None) => {
                    ended = true;
                    sleep_until(deadline).await;
                }
                Err(_) => break,
            }
        }
        out.send(batch).await?;
    }
    Ok(())
}
