// right: each task waits for the one before it, sends its own answer, and lets the next one go

// The place travels with the task until the answer is sent. A task that fails lets nobody go, so nothing is sent
// after it. Each job runs in a set of its own, which aborts it when its task is aborted.
// In Node.js: `previous = previous.then(() => send(answer))`, a chain of promises.

use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_stream::{Stream, StreamExt};

pub async fn map_ordered<S, T, F, Fut, U>(
    mut items: S,
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
    let places = Arc::new(Semaphore::new(limit));
    let mut tasks = JoinSet::new();
    let (first, mut turn) = oneshot::channel();
    let _ = first.send(());
    loop {
        let next = async {
            let place = places.clone().acquire_owned().await?;
            anyhow::Ok(items.next().await.map(|item| (item, place)))
        };
        tokio::select! {
            next = next => {
                let Some((item, place)) = next? else {
                    break;
                };
                let (mine, (then, next_turn)) = (turn, oneshot::channel());
                turn = next_turn;
                let (job, out) = (work(item), out.clone());
                tasks.spawn(async move {
                    // A job must not panic before its turn, or its error would overtake.
                    let answer = tokio::task::JoinSet::from_iter([job]).join_next().await;
                    if mine.await.is_err() {
                        return Ok(()); // one before it failed, and says so
                    }
                    if let Some(answer) = answer {
                        out.send(answer??).await?;
                    }
                    drop(place);
                    let _ = then.send(());
                    anyhow::Ok(())
                });
            }
            Some(joined) = tasks.join_next() => joined??,
        }
    }
    while let Some(joined) = tasks.join_next().await {
        joined??;
    }
    Ok(())
}
