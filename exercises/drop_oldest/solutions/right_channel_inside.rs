// right: a bounded `mpsc` channel inside, whose front is taken off by the push that finds it full

//! Why it is right: the channel holds the items and their bound. A push that gets `Full` takes the oldest out at
//! the other end and tries again, and holds the receiver's lock from the first try to the last, so that no `pop`
//! makes room in between. No lock is held across an `.await`; waiting is up to a `Notify`, in whose line a `pop`
//! stands before it looks.
//!
//! In Node.js: `readable.read()` on an object stream whose `readableLength` is at its mark, and then `push`.

use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::sync::mpsc::{self, error::TryRecvError, error::TrySendError};

pub struct DropOldest<T> {
    back: Mutex<Option<mpsc::Sender<T>>>,
    front: Mutex<mpsc::Receiver<T>>,
    ring: Notify,
}

impl<T: Send> DropOldest<T> {
    pub fn new(cap: usize) -> Self {
        let (back, front) = mpsc::channel(cap);
        Self {
            back: Mutex::new(Some(back)),
            front: Mutex::new(front),
            ring: Notify::new(),
        }
    }

    fn front(&self) -> MutexGuard<'_, mpsc::Receiver<T>> {
        self.front.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn push(&self, mut item: T) -> Option<T> {
        let back = self.back.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(back) = &*back else {
            return Some(item);
        };
        let mut front = self.front();
        let mut oldest = None;
        loop {
            match back.try_send(item) {
                Ok(()) => break,
                Err(TrySendError::Full(again)) => {
                    item = again;
                    oldest = front.try_recv().ok();
                }
                Err(TrySendError::Closed(item)) => return Some(item),
            }
        }
        drop(front);
        self.ring.notify_one();
        oldest
    }

    pub async fn pop(&self) -> Option<T> {
        loop {
            let mut rung = pin!(self.ring.notified());
            rung.as_mut().enable();
            let oldest = self.front().try_recv();
            match oldest {
                Ok(item) => return Some(item),
                Err(TryRecvError::Disconnected) => return None,
                Err(TryRecvError::Empty) => rung.await,
            }
        }
    }

    pub fn close(&self) {
        *self.back.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.ring.notify_waiters();
    }
}
