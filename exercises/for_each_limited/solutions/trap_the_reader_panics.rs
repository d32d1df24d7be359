// trap fails errors: `work` is called in the task that reads, and when it panics there, that looks like the end of the input

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_stream::{Stream, StreamExt};

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
    let (tx, mut rx) = mpsc::channel(1);
    let mut reader = JoinSet::new();
    reader.spawn(async move {
        while let Some(item) = items.next().await {
            if tx.send(work(item)).await.is_err() {
                break;
            }
        }
    });
    let mut jobs = JoinSet::new();
    let (mut done, mut ended) = (0, false);
    loop {
        tokio::select! {
            job = rx.recv(), if !ended && jobs.len() < limit => match job {
                Some(job) => { jobs.spawn(job); }
                None => ended = true,
            },
            Some(joined) = jobs.join_next() => { joined??; done += 1; }
            else => return Ok(done),
        }
    }
}
