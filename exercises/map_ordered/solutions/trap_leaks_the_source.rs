// trap fails memory, cancel: the source is forgotten and never dropped

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
    let mut items = std::mem::ManuallyDrop::new(items);
    let mut queue: VecDeque<Task<U>> = VecDeque::new();
    let mut ended = false;
    while !ended || !queue.is_empty() {
        let open = queue.len() < limit;
        let head = async {
            match queue.front_mut() {
                Some(task) => (&mut task.0).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            item = items.next(), if !ended && open => match item {
                Some(item) => queue.push_back(Task(tokio::spawn(work(item)))),
                None => ended = true,
            },
            answer = head => {
                queue.pop_front();
                out.send(answer??).await?;
            }
        }
    }
    Ok(())
}
