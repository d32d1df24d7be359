// trap fails cancel: a push gives its item to a `pop` that waits, and if that one is dropped before it runs, the item is gone

use std::collections::VecDeque;
use std::sync::Mutex;

use tokio::sync::oneshot;

pub struct DropOldest<T> {
    cap: usize,
    state: Mutex<State<T>>,
}

struct State<T> {
    items: VecDeque<T>,
    closed: bool,
    waiting: VecDeque<oneshot::Sender<T>>,
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

    pub fn push(&self, mut item: T) -> Option<T> {
        let mut state = self.state.lock().unwrap();
        if state.closed {
            return Some(item);
        }
        while let Some(waiting) = state.waiting.pop_front() {
            match waiting.send(item) {
                Ok(()) => return None,
                Err(unsent) => item = unsent, // that one gave up
            }
        }
        let full = state.items.len() == self.cap;
        let oldest = if full { state.items.pop_front() } else { None };
        state.items.push_back(item);
        oldest
    }

    pub async fn pop(&self) -> Option<T> {
        let waits = {
            let mut state = self.state.lock().unwrap();
            let item = state.items.pop_front();
            if item.is_some() || state.closed {
                return item;
            }
            state.waiting.retain(|waiting| !waiting.is_closed());
            let (sender, receiver) = oneshot::channel();
            state.waiting.push_back(sender);
            receiver
        };
        waits.await.ok()
    }

    pub fn close(&self) {
        let mut state = self.state.lock().unwrap();
        state.closed = true;
        state.waiting.clear();
    }
}
