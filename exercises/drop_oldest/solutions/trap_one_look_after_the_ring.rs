// trap fails correct: `pop` looks once after the ring, and another may have taken the item before

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
            cap: cap,
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
        drop(state);
        self.bell.notify_one();
        oldest
    }

    pub async fn pop(&self) -> Option<T> {
        let ring = self.bell.notified();
        tokio::pin!(ring);
        ring.as_mut().enable();
        {
            let mut state = self.lock();
            if let Some(item) = state.items.pop_front() {
                return Some(item);
            }
            if state.closed {
                return None;
            }
        }
        ring.await;
        let item = self.lock().items.pop_front();
        item
    }

    pub fn close(&self) {
        self.lock().closed = true;
        self.bell.notify_waiters();
    }
}
