// trap fails correct: takes a ring for an item, but another may have taken it, or the ring is an old one

use std::collections::VecDeque;
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
        let rung = self.ring.notified();
        {
            let mut state = self.lock();
            if !state.items.is_empty() || state.closed {
                return state.items.pop_front();
            }
        }
        rung.await;
        self.lock().items.pop_front()
    }

    pub fn close(&self) {
        self.lock().closed = true;
        self.ring.notify_waiters();
    }
}
