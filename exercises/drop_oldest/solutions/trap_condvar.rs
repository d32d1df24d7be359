// trap fails correct, cancel: `pop` waits on a condition variable, which puts the thread to sleep and with it every task

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex};

pub struct DropOldest<T> {
    cap: usize,
    state: Mutex<(VecDeque<T>, bool)>,
    ring: Condvar,
}

impl<T: Send> DropOldest<T> {
    pub fn new(cap: usize) -> Self {
        Self {
            cap,
            state: Mutex::new((VecDeque::new(), false)),
            ring: Condvar::new(),
        }
    }

    pub fn push(&self, item: T) -> Option<T> {
        let mut state = self.state.lock().unwrap();
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
        let state = self.state.lock().unwrap();
        let mut state = self
            .ring
            .wait_while(state, |(items, closed)| items.is_empty() && !*closed)
            .unwrap();
        state.0.pop_front()
    }

    pub fn close(&self) {
        self.state.lock().unwrap().1 = true;
        self.ring.notify_all();
    }
}
