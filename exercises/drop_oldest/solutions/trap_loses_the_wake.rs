// trap fails correct, cancel, memory: a push wakes the first waker in line, although its `pop` may be gone

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::Mutex;
use std::task::{Poll, Waker};

pub struct DropOldest<T> {
    cap: usize,
    state: Mutex<State<T>>,
}

struct State<T> {
    items: VecDeque<T>,
    closed: bool,
    wakers: VecDeque<Waker>,
}

impl<T: Send> DropOldest<T> {
    pub fn new(cap: usize) -> Self {
        let state = State {
            items: VecDeque::new(),
            closed: false,
            wakers: VecDeque::new(),
        };
        Self {
            cap,
            state: Mutex::new(state),
        }
    }

    pub fn push(&self, item: T) -> Option<T> {
        let mut state = self.state.lock().unwrap();
        if state.closed {
            return Some(item);
        }
        let full = state.items.len() == self.cap;
        let oldest = if full { state.items.pop_front() } else { None };
        state.items.push_back(item);
        if let Some(waker) = state.wakers.pop_front() {
            waker.wake();
        }
        oldest
    }

    pub async fn pop(&self) -> Option<T> {
        poll_fn(|cx| {
            let mut state = self.state.lock().unwrap();
            let item = state.items.pop_front();
            if item.is_some() || state.closed {
                return Poll::Ready(item);
            }
            state.wakers.push_back(cx.waker().clone());
            Poll::Pending
        })
        .await
    }

    pub fn close(&self) {
        let mut state = self.state.lock().unwrap();
        state.closed = true;
        state.wakers.drain(..).for_each(Waker::wake);
    }
}
