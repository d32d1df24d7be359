// trap fails correct, cancel: `push` blocks the runtime's thread to get an async lock, which panics

use std::collections::VecDeque;

use tokio::sync::{Mutex, Notify};

pub struct DropOldest<T> {
    cap: usize,
    state: Mutex<(VecDeque<T>, bool)>,
    ring: Notify,
}

impl<T: Send> DropOldest<T> {
    pub fn new(cap: usize) -> Self {
        Self {
            cap,
            state: Mutex::new((VecDeque::new(), false)),
            ring: Notify::new(),
        }
    }

    pub fn push(&self, item: T) -> Option<T> {
        let mut state = self.state.blocking_lock();
        if state.1 {
            return Some(item);
        }
        let full = state.0.len() == self.cap;
        let oldest = if full { state.0.pop_front() } else { None };
        state.0.push_back(item);
        self.ring.notify_one();
        oldest
    }

    pub async fn pop(&self) -> Option<T> {
        loop {
            let rung = self.ring.notified();
            let mut state = self.state.lock().await;
            if let Some(item) = state.0.pop_front() {
                return Some(item);
            }
            if state.1 {
                return None;
            }
            drop(state);
            rung.await;
        }
    }

    pub fn close(&self) {
        self.state.blocking_lock().1 = true;
        self.ring.notify_waiters();
    }
}
