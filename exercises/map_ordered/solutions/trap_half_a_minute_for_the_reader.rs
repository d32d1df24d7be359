// trap fails correct: a reader that takes nothing for half a minute is taken for gone

use std::collections::VecDeque;
use std::future::pending;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn};
use tokio::time::timeout;
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
        let head = async {
            match queue.front_mut() {
                Some(task) => (&mut task.0).await,
                None => pending().await,
            }
        };
        tokio::select! {
            item = items.next(), if !ended && room => match item { Some(item) => queue.push_back(Task(spawn(work(item)))), None => ended = true, },
            answer = head => {
                queue.pop_front();
                let answer = answer??;
                timeout(Duration::from_secs(30), out.send(answer)).await??;
            }
        }
        if ended && queue.is_empty() {
            return Ok(());
        }
    }
}
