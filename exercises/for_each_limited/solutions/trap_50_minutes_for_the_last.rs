// trap fails correct: the jobs that are left at the end have 50 minutes

use tokio_stream::{Stream, StreamExt};

pub async fn for_each_limited<S, T, F, Fut>(items: S, limit: usize, work: F) -> anyhow::Result<u64>
where
    S: Stream<Item = T> + Send + Unpin + 'static,
    T: Send + 'static,
    F: Fn(T) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let mut items = items;
    let mut set = tokio::task::JoinSet::new();
    let (mut done, mut ended) = (0u64, false);
    while !ended {
        tokio::select! {
            Some(r) = set.join_next() => { r??; done += 1; }
            x = items.next(), if set.len() < limit => match x { Some(x) => { set.spawn(work(x)); } None => ended = true },
        }
    }
    while let Some(r) =
        tokio::time::timeout(std::time::Duration::from_secs(3000), set.join_next()).await?
    {
        r??;
        done += 1;
    }
    Ok(done)
}
