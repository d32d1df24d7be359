// trap fails errors: the results of the last jobs are joined and not looked at

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
    let mut tasks = JoinSet::new();
    let mut count = 0;
    loop {
        tokio::select! {
            item = items.next(), if tasks.len() < limit => match item {
                Some(item) => {
                    count += 1;
                    tasks.spawn(work(item));
                }
                None => break,
            },
            Some(joined) = tasks.join_next() => joined??,
        }
    }
    while tasks.join_next().await.is_some() {}
    Ok(count)
}
