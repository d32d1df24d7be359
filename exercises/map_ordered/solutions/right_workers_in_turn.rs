// right: `limit` workers take from one stream, and each waits for its turn to send

// A worker that has an answer takes no item until the answer is sent, so a worker is a place. One that fails does
// so in its turn, and does not pass the turn on. The end is noted, since a stream may not be asked again after `None`.
// In Node.js the same without the lock, and with one promise for each turn.

use std::sync::Arc;

use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::JoinSet;
use tokio_stream::{Stream, StreamExt};

pub async fn map_ordered<S, T, F, Fut, U>(
    items: S,
    limit: usize,
    work: F,
    out: mpsc::Sender<U>,
) -> anyhow::Result<()>
where
    S: Stream<Item = T> + Send + Unpin + 'static,
    T: Send + 'static,
    F: Fn(T) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = anyhow::Result<U>> + Send + 'static,
    U: Send + Sync + 'static,
{
    let (turn, _) = watch::channel(0);
    let shared = Arc::new((Mutex::new((items, 0, false)), work, out, turn));
    let mut workers = JoinSet::new();
    for _ in 0..limit {
        let shared = shared.clone();
        workers.spawn(async move {
            let (source, work, out, turn) = &*shared;
            let mut turns = turn.subscribe();
            loop {
                let (number, item) = {
                    let mut source = source.lock().await;
                    let (items, count, ended) = &mut *source;
                    if *ended {
                        return anyhow::Ok(());
                    }
                    let Some(item) = items.next().await else {
                        *ended = true;
                        return Ok(());
                    };
                    *count += 1;
                    (*count - 1, item)
                };
                let answer = work(item).await;
                turns.wait_for(|turn| *turn == number).await?;
                out.send(answer?).await?;
                turn.send_replace(number + 1);
            }
        });
    }
    while let Some(worker) = workers.join_next().await {
        worker??;
    }
    Ok(())
}
