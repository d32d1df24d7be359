// trap fails errors: of two errors, the caller gets the one that came first in time

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
    let mut first_error = None;
    loop {
        while let Some(answer) = early.remove(&sent) {
            let Some(answer) = answer else {
                return first_error.map_or(Ok(()), Err);
            };
            out.send(answer).await?;
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
                let answer = answer.map_err(|error| first_error.get_or_insert(error));
                early.insert(number, answer.ok());
            }
            else => return Ok(()),
        }
    }
}
