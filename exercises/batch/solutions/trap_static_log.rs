// trap fails memory: the times of all items are kept in a `static`

use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};
use tokio_stream::{Stream, StreamExt};

static TAKEN: Mutex<Vec<Instant>> = Mutex::new(Vec::new());

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
                    if let Ok(mut taken) = TAKEN.lock() {
                        taken.push(Instant::now());
                    }
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
