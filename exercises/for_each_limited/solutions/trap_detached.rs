// trap fails cancel: tasks without a handle go on after an error, and after a caller that gave up

use std::sync::{Arc, Mutex};

use tokio::sync::{Notify, Semaphore};
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
    let permits = Arc::new(Semaphore::new(limit));
    let failed = Arc::new((Mutex::new(None), Notify::new()));
    let run = async {
        let mut count = 0;
        loop {
            let permit = permits.clone().acquire_owned().await?;
            let Some(item) = items.next().await else {
                break;
            };
            count += 1;
            let (job, failed) = (work(item), failed.clone());
            tokio::spawn(async move {
                let _permit = permit;
                let result = tokio::spawn(job).await;
                if let Err(error) = result
                    .map_err(anyhow::Error::from)
                    .and_then(|result| result)
                {
                    failed.0.lock().unwrap().get_or_insert(error);
                    failed.1.notify_one();
                }
            });
        }
        drop(permits.acquire_many(limit as u32).await?);
        anyhow::Ok(count)
    };
    let result = tokio::select! {
        result = run => result,
        () = failed.1.notified() => Ok(0),
    };
    match failed.0.lock().unwrap().take() {
        Some(error) => Err(error),
        None => result,
    }
}
