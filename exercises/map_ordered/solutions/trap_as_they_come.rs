// trap fails correct, errors: answers are sent in the order in which the jobs end

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
    let mut ended = false;
    loop {
        tokio::select! {
            item = items.next(), if !ended && tasks.len() < limit => match item {
                Some(item) => drop(tasks.spawn(work(item))),
                None => ended = true,
            },
            Some(joined) = tasks.join_next() => out.send(joined??).await?,
            else => return Ok(()),
        }
    }
}
