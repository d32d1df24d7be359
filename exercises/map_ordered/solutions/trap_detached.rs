// trap fails cancel: a `JoinHandle` that is dropped detaches its task

use std::collections::VecDeque;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
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
    let mut queue: VecDeque<JoinHandle<anyhow::Result<U>>> = VecDeque::new();
    let mut ended = false;
    while !ended || !queue.is_empty() {
        let open = queue.len() < limit;
        let head = async {
            match queue.front_mut() {
                Some(task) => task.await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            item = items.next(), if !ended && open => match item {
                Some(item) => queue.push_back(tokio::spawn(work(item))),
                None => ended = true,
            },
            answer = head => {
                queue.pop_front();
                out.send(answer??).await?;
            }
        }
    }
    Ok(())
}
