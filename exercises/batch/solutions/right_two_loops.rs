// right: one loop takes items and another sends batches, with one batch between them that both can see

//! Why it is right: the shelf never has more than `max` items, and an item carries the time when it came, so a batch that
//! waited for the receiver is due at once. Each loop wakes the other, and a `Notify` keeps a wake-up that comes early.
//!
//! In Node.js: two async functions, one array between them, and a promise for each side to wait for.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep_until};
use tokio_stream::{Stream, StreamExt};

/// What was taken and is not sent: items with the time when they came, and whether more may come.
struct Shelf<T> {
    items: VecDeque<(Instant, T)>,
    ended: bool,
}

/// Sends `items` on to `out`, in their order and in batches.
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
    let mut items = items;
    let shelf = Mutex::new(Shelf {
        items: VecDeque::new(),
        ended: false,
    });
    let lock = || shelf.lock().unwrap_or_else(PoisonError::into_inner);
    let (came, went) = (Notify::new(), Notify::new());
    let take = async {
        while let Some(item) = items.next().await {
            lock().items.push_back((Instant::now(), item));
            came.notify_one();
            while lock().items.len() >= max {
                went.notified().await;
            }
        }
        lock().ended = true;
        came.notify_one();
        std::future::pending().await
    };
    let send = async {
        loop {
            let due = {
                let mut shelf = lock();
                let first = shelf.items.front().map(|(at, _)| *at + wait);
                if first.is_some_and(|due| {
                    shelf.ended || shelf.items.len() >= max || due <= Instant::now()
                }) {
                    let full = shelf.items.drain(..).map(|(_, item)| item).collect();
                    drop(shelf);
                    went.notify_one();
                    out.send(full).await?;
                    continue;
                }
                if shelf.ended {
                    return Ok(());
                }
                first
            };
            tokio::select! {
                () = came.notified() => {}
                () = async {
                    match due {
                        Some(due) => sleep_until(due).await,
                        None => std::future::pending().await,
                    }
                } => {}
            }
        }
    };
    tokio::select! {
        biased;
        sent = send => sent,
        () = out.closed() => anyhow::bail!("the receiver is gone"),
        () = take => Ok(()),
    }
}
