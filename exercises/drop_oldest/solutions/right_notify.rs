// right: a deque behind a lock, and a `Notify` that is rung once for each item

//! Why it is right: the lock is held for a few instructions and never across an `.await`, so `push` does not
//! wait. `pop` stands in line before it looks (`enable`), so no push falls between the look and the wait. If a
//! `pop` that was rung is dropped, its `Notified` hands the ring on to the next in line.
//!
//! In Node.js: an array and a list of `resolve` functions; one thread needs no lock.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

pub struct DropOldest<T> {
    cap: usize,
    state: Mutex<State<T>>,
    ring: Notify,
}

struct State<T> {
    items: VecDeque<T>,
    closed: bool,
}

impl<T: Send> DropOldest<T> {
    pub fn new(cap: usize) -> Self {
        let state = State {
            items: VecDeque::new(),
            closed: false,
        };
        Self {
            cap,
            state: Mutex::new(state),
            ring: Notify::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn push(&self, item: T) -> Option<T> {
        let mut state = self.lock();
        if state.closed {
            return Some(item);
        }
        let oldest = if state.items.len() == self.cap {
            state.items.pop_front()
        } else {
            None
        };
        state.items.push_back(item);
        drop(state);
        self.ring.notify_one();
        oldest
    }

    pub async fn pop(&self) -> Option<T> {
        loop {
            let mut rung = pin!(self.ring.notified());
            rung.as_mut().enable();
            {
                let mut state = self.lock();
                if let Some(item) = state.items.pop_front() {
                    return Some(item);
                }
                if state.closed {
                    return None;
                }
            }
            rung.await;
        }
    }

    pub fn close(&self) {
        self.lock().closed = true;
        self.ring.notify_waiters();
    }
}
