// trap fails backpressure, memory: the permit limits the jobs at work, and not the answers that wait

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
            let Some(item) = items.next().await else {
                return anyhow::Ok(());
            };
            let (job, permits) = (work(item), permits.clone());
            queue.send(Task(tokio::spawn(async move {
                let _permit = permits.acquire().await?;
                job.await
            })))?;
        }
    };
    let deliver = async {
        while let Some(mut task) = tasks.recv().await {
            let answer = (&mut task.0).await??;
            out.send(answer).await?;
        }
        Ok(())
    };
    tokio::try_join!(take, deliver)?;
    Ok(())
}
