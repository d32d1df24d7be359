// right: `limit` workers take from one stream, and one that has no time takes nothing

// A worker is a place. The lock is held while the next item is waited for and never while a job works. The end is
// noted, since a stream may not be asked again after `None`.
// In Node.js the same, without the lock: `await Promise.all(Array.from({ length: limit }, worker))`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio_stream::{Stream, StreamExt};

pub async fn for_each_limited<S, T, F, Fut>(items: S, limit: usize, work: F) -> anyhow::Result<u64>
where
    S: Stream<Item = T> + Send + Unpin + 'static,
    T: Send + 'static,
    F: Fn(T) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let shared = Arc::new((Mutex::new((items, false)), work, AtomicU64::new(0)));
    let mut workers = JoinSet::new();
    for _ in 0..limit {
        let shared = shared.clone();
        workers.spawn(async move {
            let (source, work, count) = &*shared;
            loop {
                let mut source = source.lock().await;
                let (items, ended) = &mut *source;
                if *ended {
                    return anyhow::Ok(());
                }
                let Some(item) = items.next().await else {
                    *ended = true;
                    return Ok(());
                };
                drop(source);
                count.fetch_add(1, Relaxed);
                work(item).await?;
            }
        });
    }
    while let Some(worker) = workers.join_next().await {
        worker??;
    }
    Ok(shared.2.load(Relaxed))
}
