// trap fails cancel: the handles of the last `limit` tasks are kept, and a slow task is not among them

use std::collections::VecDeque;
use std::sync::Arc;

use anyhow::Context;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::{AbortHandle, spawn};
use tokio_stream::{Stream, StreamExt};

struct Last(VecDeque<AbortHandle>);
impl Drop for Last {
    fn drop(&mut self) {
        for task in &self.0 {
            task.abort();
        }
    }
}

pub async fn for_each_limited<S, T, F, Fut>(
    mut items: S,
    limit: usize,
    work: F,
) -> anyhow::Result<u64>
where
    S: Stream<Item = T> + Send + Unpin + 'static,
    T: Send + 'static,
    F: Fn(T) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(limit));
    let (tx, mut rx) = mpsc::channel(limit);
    let mut last = Last(VecDeque::new());
    let (mut started, mut done, mut ended) = (0u64, 0u64, false);
    let mut place = None;
    while !ended || done < started {
        tokio::select! {
            biased;
            Some(result) = rx.recv(), if done < started => {
                let result: Result<anyhow::Result<()>, _> = result;
                result.context("a job panicked")??;
                done += 1;
            }
            got = places.clone().acquire_owned(), if place.is_none() && !ended => place = Some(got?),
            item = items.next(), if place.is_some() && !ended => {
                let (Some(item), Some(place)) = (item, place.take()) else {
                    ended = true;
                    continue;
                };
                let job = spawn(work(item));
                last.0.push_back(job.abort_handle());
                if last.0.len() > limit {
                    last.0.pop_front();
                }
                let tx = tx.clone();
                spawn(async move {
                    let result = job.await;
                    drop(place);
                    let _ = tx.send(result).await;
                });
                started += 1;
            }
        }
    }
    Ok(done)
}
