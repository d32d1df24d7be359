// trap fails overlap, errors, early: each batch waits for its slowest job, and for its last item

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
    loop {
        let mut batch = VecDeque::new();
        let mut ended = false;
        while batch.len() < limit {
            match items.next().await {
                Some(item) => batch.push_back(Task(tokio::spawn(work(item)))),
                None => {
                    ended = true;
                    break;
                }
            }
        }
        while let Some(mut task) = batch.pop_front() {
            out.send((&mut task.0).await??).await?;
        }
        if ended {
            return Ok(());
        }
    }
}
