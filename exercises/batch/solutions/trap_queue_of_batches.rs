// trap fails memory, backpressure, early: while `out` is full it goes on, and finished batches queue without a bound

use std::collections::VecDeque;
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
    let mut ready: VecDeque<Vec<T>> = VecDeque::new();
    let mut batch = Vec::new();
    let timer = sleep(wait);
    tokio::pin!(timer);
    loop {
        tokio::select! {
            permit = out.reserve(), if !ready.is_empty() => {
                if let Some(batch) = ready.pop_front() {
                    permit?.send(batch);
                }
            }
            () = &mut timer, if !batch.is_empty() => ready.push_back(std::mem::take(&mut batch)),
            item = items.next() => {
                let Some(item) = item else {
                    break;
                };
                if batch.is_empty() {
                    timer.as_mut().reset(Instant::now() + wait);
                }
                batch.push(item);
                if batch.len() == max {
                    ready.push_back(std::mem::take(&mut batch));
                }
            }
        }
    }
    if !batch.is_empty() {
        ready.push_back(batch);
    }
    for batch in ready {
        out.send(batch).await?;
    }
    Ok(())
}
