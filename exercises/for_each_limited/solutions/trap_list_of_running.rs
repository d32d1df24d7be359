// trap fails memory: what is at work stands in a `static`, and for ever if the call fails or is dropped

use std::sync::Mutex;

use tokio::task::{AbortHandle, JoinSet};
use tokio_stream::{Stream, StreamExt};

static AT_WORK: Mutex<Vec<AbortHandle>> = Mutex::new(Vec::new());

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
    let (mut count, mut ended) = (0, false);
    loop {
        tokio::select! {
            item = items.next(), if !ended && tasks.len() < limit => match item {
                Some(item) => {
                    count += 1;
                    let job = tasks.spawn(work(item));
                    AT_WORK.lock().unwrap().push(job);
                }
                None => ended = true,
            },
            Some(joined) = tasks.join_next_with_id() => {
                let (done, result) = joined?;
                AT_WORK.lock().unwrap().retain(|job| job.id() != done);
                result?;
            }
            else => return Ok(count),
        }
    }
}
