// trap fails overlap: the oldest job is joined first, and the places behind it stay empty

use std::collections::VecDeque;

use tokio::task::JoinHandle;
use tokio_stream::{Stream, StreamExt};

struct AbortOnDrop(JoinHandle<anyhow::Result<()>>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
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
    let mut tasks: VecDeque<AbortOnDrop> = VecDeque::new();
    let (mut count, mut done, mut ended) = (0, 0, false);
    while !ended || !tasks.is_empty() {
        let oldest = async {
            match tasks.front_mut() {
                Some(task) => (&mut task.0).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            item = items.next(), if !ended && count - done < limit as u64 => match item {
                Some(item) => {
                    count += 1;
                    tasks.push_back(AbortOnDrop(tokio::spawn(work(item))));
                }
                None => ended = true,
            },
            joined = oldest => {
                joined??;
                tasks.pop_front();
                done += 1;
            }
        }
    }
    Ok(count)
}
