// right: one half takes and spawns, the other delivers, and permits travel between them

// The queue between the halves has no bound and needs none: what is in it holds a permit. `try_join!` drops both
// halves at the first error.
// In Node.js: two async functions and `Promise.all`, with an `AbortController` for the error.

use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio_stream::{Stream, StreamExt};

/// A task that is aborted when its handle is dropped.
struct Task<U>(JoinHandle<anyhow::Result<U>>);

impl<U> Drop for Task<U> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

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
    let permits = Arc::new(Semaphore::new(limit));
    let (queue, mut tasks) = mpsc::unbounded_channel();
    let take = async move {
        loop {
            let permit = permits.clone().acquire_owned().await?;
            let Some(item) = items.next().await else {
                return anyhow::Ok(());
            };
            queue.send((Task(tokio::spawn(work(item))), permit))?;
        }
    };
    let deliver = async {
        while let Some((mut task, permit)) = tasks.recv().await {
            let answer = (&mut task.0).await??;
            out.send(answer).await?;
            drop(permit);
        }
        Ok(())
    };
    tokio::try_join!(take, deliver)?;
    Ok(())
}
