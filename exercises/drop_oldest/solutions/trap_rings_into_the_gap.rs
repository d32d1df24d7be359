// trap fails correct: looks, and gets in line with the next poll; what rings between is kept once

use std::collections::VecDeque;
use std::sync::Mutex;
use tokio::sync::Notify;

struct State<T> {
    items: VecDeque<T>,
    closed: bool,
}

pub struct DropOldest<T> {
    cap: usize,
    state: Mutex<State<T>>,
    notify: Notify,
}

impl<T: Send> DropOldest<T> {
    pub fn new(cap: usize) -> Self {
        DropOldest {
            cap,
            state: Mutex::new(State {
                items: VecDeque::with_capacity(cap),
                closed: false,
            }),
            notify: Notify::new(),
        }
    }

    pub fn push(&self, item: T) -> Option<T> {
        let mut s = self.state.lock().unwrap();
        if s.closed {
            return Some(item);
        }
        let old = if s.items.len() == self.cap {
            s.items.pop_front()
        } else {
            None
        };
        s.items.push_back(item);
        drop(s);
        self.notify.notify_one();
        old
    }

    pub async fn pop(&self) -> Option<T> {
        loop {
            {
                let mut s = self.state.lock().unwrap();
                if let Some(item) = s.items.pop_front() {
                    return Some(item);
                }
                if s.closed {
                    return None;
                }
            }
            self.notify.notified().await;
        }
    }

    pub fn close(&self) {
        self.state.lock().unwrap().closed = true;
        self.notify.notify_waiters();
    }
}
