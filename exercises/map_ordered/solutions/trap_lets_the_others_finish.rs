// trap fails cancel: when the reader is gone, the jobs at work may finish

use std::collections::BTreeMap;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_stream::{Stream, StreamExt};

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
    let mut tasks = JoinSet::new();
    let mut early = BTreeMap::new();
    let (mut taken, mut sent, mut ended) = (0, 0, false);
    loop {
        while let Some(answer) = early.remove(&sent) {
            if out.send(answer?).await.is_err() {
                tasks.detach_all();
                anyhow::bail!("the reader is gone");
            }
            sent += 1;
        }
        let open = taken - sent < limit;
        tokio::select! {
            item = items.next(), if !ended && open => match item {
                Some(item) => {
                    let (number, job) = (taken, work(item));
                    tasks.spawn(async move { (number, job.await) });
                    taken += 1;
                }
                None => ended = true,
            },
            Some(joined) = tasks.join_next() => {
                let (number, answer) = joined?;
                early.insert(number, answer);
            }
            else => return Ok(()),
        }
    }
}
