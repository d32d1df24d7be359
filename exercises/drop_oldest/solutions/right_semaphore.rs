// right: a semaphore that has a permit for each item in the deque

//! Why it is right: who has a permit finds an item, because a push adds a permit only when it makes the deque
//! longer. An `acquire` that is dropped gives its permit back. A closed semaphore refuses, and what is left is
//! then taken without one.
//!
//! In Node.js: none in its core; a count and a list of `resolve` functions.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

pub struct DropOldest<T> {
    cap: usize,
    items: Mutex<VecDeque<T>>,
    there: Semaphore,
}

impl<T: Send> DropOldest<T> {
    pub fn new(cap: usize) -> Self {
        Self {
            cap,
            items: Mutex::default(),
            there: Semaphore::new(0),
        }
    }

    fn items(&self) -> MutexGuard<'_, VecDeque<T>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn push(&self, item: T) -> Option<T> {
        let mut items = self.items();
        if self.there.is_closed() {
            return Some(item);
        }
        items.push_back(item);
        if items.len() > self.cap {
            return items.pop_front();
        }
        self.there.add_permits(1);
        None
    }

    pub async fn pop(&self) -> Option<T> {
        if let Ok(permit) = self.there.acquire().await {
            permit.forget();
        }
        self.items().pop_front()
    }

    pub fn close(&self) {
        let _no_push_meanwhile = self.items();
        self.there.close();
    }
}
