// trap fails correct: there is one place for a waker, and the last who waits takes it from the others

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
    wakers: Option<Waker>,
}

impl<T: Send> DropOldest<T> {
    pub fn new(cap: usize) -> Self {
        let state = State {
            items: VecDeque::new(),
            closed: false,
            wakers: Default::default(),
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
        if let Some(waker) = state.wakers.take() {
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
            state.wakers = Some(cx.waker().clone());
            Poll::Pending
        })
        .await
    }

    pub fn close(&self) {
        let mut state = self.state.lock().unwrap();
        state.closed = true;
        if let Some(waker) = state.wakers.take() {
            waker.wake();
        }
    }
}
