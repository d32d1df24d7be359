// right: takes an item, waits for the head and waits for room in `out`, whichever can be done

// `reserve` waits for room and holds no answer, so nothing is lost when another branch of `select!` is faster. The answer that
// waits for room keeps its place, and items are taken meanwhile as long as there are places.
//
// In Node.js: `Promise.race` of the next item, the promise of the head and the reader's `drain`.

use std::collections::VecDeque;
use std::future::pending;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn};
use tokio_stream::{Stream, StreamExt};

struct Task<U>(JoinHandle<anyhow::Result<U>>);
impl<U> Drop for Task<U> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

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
    let mut queue: VecDeque<Task<U>> = VecDeque::new();
    let (mut answer, mut ended) = (None, false);
    loop {
        let (room, has) = (
            queue.len() + usize::from(answer.is_some()) < limit,
            answer.is_some(),
        );
        if ended && !has && queue.is_empty() {
            return Ok(());
        }
        let head = async {
            match queue.front_mut() {
                Some(task) if !has => (&mut task.0).await,
                _ => pending().await,
            }
        };
        tokio::select! {
            permit = out.reserve(), if has => { let permit = permit?; if let Some(answer) = answer.take() { permit.send(answer); } }
            done = head => { queue.pop_front(); answer = Some(done??); }
            item = items.next(), if !ended && room => match item { Some(item) => queue.push_back(Task(spawn(work(item)))), None => ended = true },
        }
    }
}
