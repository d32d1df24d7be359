// trap fails errors: `work` is called in the task that reads, and when it panics there, that looks like the end of the input

use std::collections::VecDeque;
use std::future::pending;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn};
use tokio_stream::{Stream, StreamExt};

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
    let (tx, mut rx) = mpsc::channel(1);
    let mut reader = tokio::task::JoinSet::new();
    reader.spawn(async move {
        while let Some(item) = items.next().await {
            if tx.send(work(item)).await.is_err() {
                break;
            }
        }
    });
    let mut queue: VecDeque<Task<U>> = VecDeque::new();
    let mut ended = false;
    while !ended || !queue.is_empty() {
        let room = queue.len() < limit;
        let head = async {
            match queue.front_mut() {
                Some(task) => (&mut task.0).await,
                None => pending().await,
            }
        };
        tokio::select! {
            job = rx.recv(), if !ended && room => match job { Some(job) => queue.push_back(Task(spawn(job))), None => ended = true },
            answer = head => { queue.pop_front(); out.send(answer??).await?; }
        }
    }
    Ok(())
}
