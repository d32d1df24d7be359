// right: a task reads one item ahead through a channel of one, and belongs to the same set

// `reserve` waits for room before the item is asked for, so one item waits in the channel, and none in a hand.
// While the reader lives, it is one of the tasks in the set, and may be one of the places.
// In Node.js: a `Readable` with `highWaterMark: 1` in object mode in front of the workers.

use tokio::sync::mpsc;
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
    let (queue, mut taken) = mpsc::channel(1);
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        loop {
            let Ok(room) = queue.reserve().await else {
                return Ok(());
            };
            match items.next().await {
                Some(item) => room.send(item),
                None => return Ok(()),
            }
        }
    });
    let (mut count, mut ended) = (0, false);
    loop {
        tokio::select! {
            item = taken.recv(), if !ended && tasks.len() <= limit => match item {
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
