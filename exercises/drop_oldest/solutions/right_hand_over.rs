// right: an item goes straight to a `pop` that waits, and comes back if that `pop` is dropped

//! Why it is right: while somebody waits the deque is empty, and an item is put into that one's hands. A `pop` that
//! is dropped with an item in its hands puts it back to the front, where the next one finds it.
//!
//! In Node.js: the array of `resolve` functions, called with the item; there a promise that nobody awaits any more
//! takes its item with it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

pub struct DropOldest<T> {
    cap: usize,
    state: Mutex<State<T>>,
}

struct State<T> {
    items: VecDeque<T>,
    closed: bool,
    waiting: VecDeque<Arc<Hand<T>>>,
}

struct Hand<T> {
    item: Mutex<Option<T>>,
    ring: Notify,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> State<T> {
    /// Puts an item into the hands of the first who waits.
    fn hand_over(&mut self) {
        if !self.items.is_empty()
            && let Some(hand) = self.waiting.pop_front()
        {
            *lock(&hand.item) = self.items.pop_front();
            hand.ring.notify_one();
        }
    }
}

impl<T: Send> DropOldest<T> {
    pub fn new(cap: usize) -> Self {
        let state = State {
            items: VecDeque::new(),
            closed: false,
            waiting: VecDeque::new(),
        };
        Self {
            cap,
            state: Mutex::new(state),
        }
    }

    pub fn push(&self, item: T) -> Option<T> {
        let mut state = lock(&self.state);
        if state.closed {
            return Some(item);
        }
        let full = state.items.len() >= self.cap; // what came back may stand above it
        let oldest = if full { state.items.pop_front() } else { None };
        state.items.push_back(item);
        state.hand_over();
        oldest
    }

    pub async fn pop(&self) -> Option<T> {
        let waits = {
            let mut state = lock(&self.state);
            let item = state.items.pop_front();
            if item.is_some() || state.closed {
                return item;
            }
            let hand = Arc::new(Hand {
                item: Mutex::new(None),
                ring: Notify::new(),
            });
            state.waiting.push_back(hand.clone());
            Waits { queue: self, hand }
        };
        waits.hand.ring.notified().await;
        let item = lock(&waits.hand.item).take();
        // Woken by `close`, it may find what another one has put back meanwhile.
        item.or_else(|| lock(&self.state).items.pop_front())
    }

    pub fn close(&self) {
        let mut state = lock(&self.state);
        state.closed = true;
        for hand in state.waiting.drain(..) {
            hand.ring.notify_one();
        }
    }
}

struct Waits<'a, T> {
    queue: &'a DropOldest<T>,
    hand: Arc<Hand<T>>,
}

impl<T> Drop for Waits<'_, T> {
    fn drop(&mut self) {
        let mut state = lock(&self.queue.state);
        state.waiting.retain(|hand| !Arc::ptr_eq(hand, &self.hand));
        if let Some(item) = lock(&self.hand.item).take() {
            state.items.push_front(item);
            state.hand_over();
        }
    }
}
