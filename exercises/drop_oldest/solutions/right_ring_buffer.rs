// right: a ring of slots, made once, and a broadcast of wake-ups to all who wait

//! Why it is right: the slots are allocated once, so the bound of memory is the length of the ring. `notify_waiters`
//! reaches every `Notified` that was made before it, and each `pop` makes its own before it looks.
//!
//! In Node.js: an array with two indices, as in many metrics libraries.

use std::sync::Mutex;

use tokio::sync::Notify;

pub struct DropOldest<T> {
    ring: Mutex<Ring<T>>,
    changed: Notify,
}

struct Ring<T> {
    slots: Box<[Option<T>]>,
    first: usize,
    len: usize,
    open: bool,
}

impl<T> Ring<T> {
    fn take(&mut self) -> Option<T> {
        let item = self.slots[self.first].take()?;
        self.first = (self.first + 1) % self.slots.len();
        self.len -= 1;
        Some(item)
    }

    fn put(&mut self, item: T) -> Option<T> {
        if !self.open {
            return Some(item);
        }
        let oldest = if self.len == self.slots.len() {
            self.take()
        } else {
            None
        };
        let last = (self.first + self.len) % self.slots.len();
        self.slots[last] = Some(item);
        self.len += 1;
        oldest
    }
}

impl<T: Send> DropOldest<T> {
    pub fn new(cap: usize) -> Self {
        let ring = Ring {
            slots: (0..cap).map(|_| None).collect(),
            first: 0,
            len: 0,
            open: true,
        };
        Self {
            ring: Mutex::new(ring),
            changed: Notify::new(),
        }
    }

    pub fn push(&self, item: T) -> Option<T> {
        let oldest = self.ring.lock().expect("nothing panics in here").put(item);
        self.changed.notify_waiters();
        oldest
    }

    pub async fn pop(&self) -> Option<T> {
        loop {
            let changed = self.changed.notified();
            {
                let mut ring = self.ring.lock().expect("nothing panics in here");
                let item = ring.take();
                if item.is_some() || !ring.open {
                    return item;
                }
            }
            changed.await;
        }
    }

    pub fn close(&self) {
        self.ring.lock().expect("nothing panics in here").open = false;
        self.changed.notify_waiters();
    }
}
