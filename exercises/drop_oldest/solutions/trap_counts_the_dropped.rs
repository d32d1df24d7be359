// trap fails correct: the semaphore gets a permit for each push, also for one that dropped an item

use std::collections::VecDeque;
use std::sync::Mutex;

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

    pub fn push(&self, item: T) -> Option<T> {
        if self.there.is_closed() {
            return Some(item);
        }
        let mut items = self.items.lock().unwrap();
        items.push_back(item);
        self.there.add_permits(1);
        if items.len() > self.cap {
            items.pop_front()
        } else {
            None
        }
    }

    pub async fn pop(&self) -> Option<T> {
        if let Ok(permit) = self.there.acquire().await {
            permit.forget();
        }
        self.items.lock().unwrap().pop_front()
    }

    pub fn close(&self) {
        self.there.close();
    }
}
