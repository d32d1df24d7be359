// right: an item is taken only while the set has room, and the set is joined all the while

// A task keeps its place in the set until it is joined, so the length of the set counts what is in memory. Both
// branches are cancel safe. After an error the set is dropped, which aborts its tasks.
// In Node.js: `limit` workers that call `items.next()` of one generator themselves. A `for await` that throws would
// wait for the `next()` of the others.

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
    let (mut count, mut ended) = (0, false);
    loop {
        tokio::select! {
            item = items.next(), if !ended && tasks.len() < limit => match item {
                Some(item) => {
                    count += 1;
                    tasks.spawn(work(item));
                }
                None => ended = true,
            },
            Some(joined) = tasks.join_next() => joined??,
            else => return Ok(count),
        }
    }
}
