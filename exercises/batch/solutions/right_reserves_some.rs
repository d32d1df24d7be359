// right: room for some thousand items is made beforehand, whatever `max` is
//
// Why it is right: what it reserves is a constant, and within the budget. In Node.js: an array grows by itself,
// and there is nothing to reserve.

use std::time::Duration;

use tokio::sync::mpsc;
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
    let mut batch = Vec::with_capacity(max.min(4096));
    let mut deadline = Instant::now();
    loop {
        let item = if batch.is_empty() {
            Ok(items.next().await)
        } else {
            timeout_at(deadline, items.next()).await
        };
        let ended = matches!(item, Ok(None));
        let late = item.is_err();
        if let Ok(Some(item)) = item {
            if batch.is_empty() {
                deadline = Instant::now() + wait;
            }
            batch.push(item);
        }
        if batch.len() == max || late || (ended && !batch.is_empty()) {
            let next = Vec::with_capacity(max.min(4096));
            out.send(std::mem::replace(&mut batch, next)).await?;
        }
        if ended {
            return Ok(());
        }
    }
}
