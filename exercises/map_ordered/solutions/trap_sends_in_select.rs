// trap fails correct: `send` is a branch of `select!`, and when an item comes while it waits for room, its answer is dropped with it

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
    loop {
        let room = queue.len() < limit;
        let deliver = async {
            let Some(task) = queue.front_mut() else {
                return pending().await;
            };
            let answer = (&mut task.0).await;
            queue.pop_front();
            out.send(answer??).await?;
            anyhow::Ok(())
        };
        tokio::select! {
            biased;
            item = items.next(), if !ended && room => match item { Some(item) => queue.push_back(Task(spawn(work(item)))), None => ended = true },
            done = deliver => done?,
        }
        if ended && queue.is_empty() {
            return Ok(());
        }
    }
}
