// right: one timer, set anew by the first item of each batch
//
// Why it is right: `next` and the timer are cancel safe, and the batch is in neither. The timer counts only
// while there is a first item, so it cannot send an empty batch. While `send` waits, `next` is not called,
// so at most one batch is in hand. In Node.js: `for await` cannot wait for two things; a `setTimeout` that is
// cleared when the batch goes, and `await` for the write, or the batches pile up.

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
    let timer = sleep(wait);
    tokio::pin!(timer);
    loop {
        tokio::select! {
            item = items.next() => match item {
                Some(item) => {
                    if batch.is_empty() {
                        timer.as_mut().reset(Instant::now() + wait);
                    }
                    batch.push(item);
                    if batch.len() < max {
                        continue;
                    }
                }
                None => {
                    if !batch.is_empty() {
                        out.send(batch).await?;
                    }
                    return Ok(());
                }
            },
            () = &mut timer, if !batch.is_empty() => {}
        }
        out.send(std::mem::take(&mut batch)).await?;
    }
}
