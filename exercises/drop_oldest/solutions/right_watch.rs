// right: a deque behind a lock, and a `watch` that tells all who wait to look again

//! Why it is right: a `watch` receiver remembers what it has seen, so a change between the look and the wait ends
//! the wait at once. All who wait wake for each item and all but one wait again, which is more work than one
//! ring and needs no thought about who was rung. A dropped `pop` takes its receiver with it, and nothing else.
//!
//! In Node.js: `emitter.emit('change')`, with `once(emitter, 'change')` in a loop.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

pub struct DropOldest<T> {
    cap: usize,
    state: Mutex<(VecDeque<T>, bool)>,
    changes: watch::Sender<()>,
}

impl<T: Send> DropOldest<T> {
    pub fn new(cap: usize) -> Self {
        Self {
            cap,
            state: Mutex::new((VecDeque::with_capacity(cap), false)),
            changes: watch::Sender::new(()),
        }
    }

    pub fn push(&self, item: T) -> Option<T> {
        let oldest = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            let (items, closed) = &mut *state;
            if *closed {
                return Some(item);
            }
            let full = items.len() == self.cap;
            let oldest = full.then(|| items.pop_front()).flatten();
            items.push_back(item);
            oldest
        };
        self.changes.send_replace(());
        oldest
    }

    pub async fn pop(&self) -> Option<T> {
        let mut changes = self.changes.subscribe();
        loop {
            {
                let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                let (items, closed) = &mut *state;
                if let Some(item) = items.pop_front() {
                    return Some(item);
                }
                if *closed {
                    return None;
                }
            }
            changes.changed().await.ok()?;
        }
    }

    pub fn close(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.1 = true;
        drop(state);
        self.changes.send_replace(());
    }
}
