// right: a batch is a part of the stream, `take(max)`, that is read until a point in time
//
// Why it is right: `peek` waits for the first item and keeps it, so the time starts when it is there. `take` is
// over a reference, so what it does not take stays. In Node.js: `stream.take(n)` is the same adapter, and it
// ends the stream that it takes from.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use tokio_stream::{Stream, StreamExt};

pub async fn batch<S, T>(
    items: S,
    max: usize,
    wait: Duration,
    out: mpsc::Sender<Vec<T>>,
) -> anyhow::Result<()>
where
    S: Stream<Item = T> + Unpin + Send + 'static,
    T: Send + Sync + 'static,
{
    let items = items.peekable();
    tokio::pin!(items);
    while items.peek().await.is_some() {
        let deadline = Instant::now() + wait;
        let mut part = items.as_mut().take(max);
        let mut batch = Vec::new();
        while let Ok(Some(item)) = timeout_at(deadline, part.next()).await {
            batch.push(item);
        }
        out.send(batch).await?;
    }
    Ok(())
}
