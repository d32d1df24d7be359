// right: only the first item rings, and whoever takes an item and leaves another rings for the next

// A ring that nobody waits for is kept, and a `Notified` that is dropped with its ring hands it on: so one ring is on its way
// as long as there is an item.
//
// In Node.js: a line of `resolve` functions; each `pop` that leaves an item calls the next.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

struct State<T> {
    items: VecDeque<T>,
    closed: bool,
}

pub struct DropOldest<T> {
    cap: usize,
    state: Mutex<State<T>>,
    bell: Notify,
}

impl<T: Send> DropOldest<T> {
    pub fn new(cap: usize) -> Self {
        DropOldest {
            cap,
            state: Mutex::new(State {
                items: VecDeque::new(),
                closed: false,
            }),
            bell: Notify::new(),
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
        if state.items.len() == 1 {
            self.bell.notify_one();
        }
        oldest
    }

    pub async fn pop(&self) -> Option<T> {
        loop {
            let ring = self.bell.notified();
            {
                let mut state = self.lock();
                if let Some(item) = state.items.pop_front() {
                    if !state.items.is_empty() {
                        self.bell.notify_one();
                    }
                    return Some(item);
                }
                if state.closed {
                    return None;
                }
            }
            ring.await;
        }
    }

    pub fn close(&self) {
        self.lock().closed = true;
        self.bell.notify_waiters();
    }
}
