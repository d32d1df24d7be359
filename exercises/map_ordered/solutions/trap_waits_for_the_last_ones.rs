// trap fails errors: after the end of the input, an error waits for the jobs behind it

use std::collections::VecDeque;

use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinHandle};
use tokio_stream::{Stream, StreamExt};

struct AbortOnDrop<U>(JoinHandle<anyhow::Result<U>>);

impl<U> Drop for AbortOnDrop<U> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn oldest<U>(jobs: &mut VecDeque<AbortOnDrop<U>>) -> Result<anyhow::Result<U>, JoinError> {
    match jobs.front_mut() {
        Some(job) => (&mut job.0).await,
        None => std::future::pending().await,
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
    let mut jobs = VecDeque::new();
    let mut ended = false;
    loop {
        tokio::select! {
            answer = oldest(&mut jobs), if !jobs.is_empty() => {
                jobs.pop_front();
                match answer? {
                    Ok(answer) => out.send(answer).await?,
                    Err(error) => {
                        while let Some(mut job) = jobs.pop_front().filter(|_| ended) {
                            let _ = (&mut job.0).await;
                        }
                        return Err(error);
                    }
                }
            }
            item = items.next(), if !ended && jobs.len() < limit => match item {
                Some(item) => jobs.push_back(AbortOnDrop(tokio::spawn(work(item)))),
                None => ended = true,
            },
            else => return Ok(()),
        }
    }
}
