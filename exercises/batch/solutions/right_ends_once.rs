// right: as `timeout_at`, and the end is noticed where it comes
//
// Why it is right: a small capacity is reserved, whatever `max` is. The timer is looked at first, and so a
// stream that is always ready cannot hide it. In Node.js: the same, with `setTimeout` and `clearTimeout`.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::sleep;
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
        let mut batch = Vec::with_capacity(max.min(64));
        batch.push(first);
        let timer = sleep(wait);
        tokio::pin!(timer);
        while batch.len() < max && !ended {
            tokio::select! {
                biased;
                () = &mut timer => break,
                item = items.next() => match item {
                    Some(item) => batch.push(item),
                    None => ended = true,
                },
            }
        }
        if out.send(batch).await.is_err() {
            anyhow::bail!("nobody receives the batches any more");
        }
    }
    Ok(())
}
