// trap fails overlap: an answer is awaited before the next item is taken

use tokio::sync::mpsc;
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
    let _ = limit;
    while let Some(item) = items.next().await {
        out.send(work(item).await?).await?;
    }
    Ok(())
}
