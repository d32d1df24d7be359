// trap fails cancel: what a dropped `pop` puts back makes the queue longer than its room, and nothing is dropped then

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
        let full = state.items.len() == self.cap;
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
        item
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
