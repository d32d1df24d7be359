// trap fails early, errors: the head is looked at when there is no room for another item

use std::collections::VecDeque;

use tokio::sync::mpsc;
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
    let mut queue = VecDeque::new();
    while let Some(item) = items.next().await {
        queue.push_back(Task(tokio::spawn(work(item))));
        if queue.len() == limit
            && let Some(mut task) = queue.pop_front()
        {
            out.send((&mut task.0).await??).await?;
        }
    }
    while let Some(mut task) = queue.pop_front() {
        out.send((&mut task.0).await??).await?;
    }
    Ok(())
}
