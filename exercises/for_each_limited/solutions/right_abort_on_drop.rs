// right: handles that abort when they are dropped, and a channel that tells who is done

// The channel has no bound and needs none: it holds at most one number for each of `limit` tasks.
// In Node.js: an `AbortController` whose signal each job is given, and `abort()` in a `finally`.

use std::collections::HashMap;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_stream::{Stream, StreamExt};

struct AbortOnDrop(JoinHandle<anyhow::Result<()>>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Tells that a task is over, also when it panics.
struct Done(u64, mpsc::UnboundedSender<u64>);

impl Drop for Done {
    fn drop(&mut self) {
        let _ = self.1.send(self.0);
    }
}

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
    let (tell, mut told) = mpsc::unbounded_channel();
    let mut tasks = HashMap::new();
    let (mut count, mut ended) = (0, false);
    while !ended || !tasks.is_empty() {
        tokio::select! {
            item = items.next(), if !ended && tasks.len() < limit => match item {
                Some(item) => {
                    let (job, done) = (work(item), Done(count, tell.clone()));
                    let task = tokio::spawn(async move {
                        let _done = done;
                        job.await
                    });
                    tasks.insert(count, AbortOnDrop(task));
                    count += 1;
                }
                None => ended = true,
            },
            Some(number) = told.recv() => {
                if let Some(mut task) = tasks.remove(&number) {
                    (&mut task.0).await??;
                }
            }
        }
    }
    Ok(count)
}
