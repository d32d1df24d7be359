// trap fails cancel: when the input has ended, the last answers are sent by a task that nobody ends

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
    let mut queue: VecDeque<Task<U>> = VecDeque::new();
    let mut ended = false;
    while !ended {
        let room = queue.len() < limit;
        let head = async {
            match queue.front_mut() {
                Some(task) => (&mut task.0).await,
                None => pending().await,
            }
        };
        tokio::select! {
            item = items.next(), if room => match item { Some(item) => queue.push_back(Task(spawn(work(item)))), None => ended = true },
            answer = head => { queue.pop_front(); out.send(answer??).await?; }
        }
    }
    drop(items);
    spawn(async move {
        while let Some(mut task) = queue.pop_front() {
            let answer = (&mut task.0).await??;
            out.send(answer).await?;
        }
        anyhow::Ok(())
    })
    .await?
}
