// trap fails correct: `close` rings once, and the others wait for ever

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
        self.ring.notify_one();
    }
}
