// trap fails correct, cancel: two `pop`s of one task have the same waker, and the one that is dropped takes it out of the line

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

struct State<T> {
    items: VecDeque<T>,
    closed: bool,
    waits: VecDeque<Waker>,
}
pub struct DropOldest<T> {
    cap: usize,
    state: Mutex<State<T>>,
}

impl<T: Send> DropOldest<T> {
    pub fn new(cap: usize) -> Self {
        let state = State {
            items: VecDeque::with_capacity(cap),
            closed: false,
            waits: VecDeque::new(),
        };
        DropOldest {
            cap,
            state: Mutex::new(state),
        }
    }
    pub fn push(&self, item: T) -> Option<T> {
        let mut state = lock(&self.state);
        if state.closed {
            return Some(item);
        }
        let oldest = if state.items.len() == self.cap {
            state.items.pop_front()
        } else {
            None
        };
        state.items.push_back(item);
        let called = state.waits.pop_front();
        drop(state);
        if let Some(waker) = called {
            waker.wake();
        }
        oldest
    }
    pub async fn pop(&self) -> Option<T> {
        Pop {
            queue: self,
            waker: None,
        }
        .await
    }
    pub fn close(&self) {
        let mut state = lock(&self.state);
        state.closed = true;
        let all = std::mem::take(&mut state.waits);
        drop(state);
        for waker in all {
            waker.wake();
        }
    }
}
fn lock<T>(state: &Mutex<State<T>>) -> MutexGuard<'_, State<T>> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Pop<'a, T> {
    queue: &'a DropOldest<T>,
    waker: Option<Waker>,
}
impl<T> Future for Pop<'_, T> {
    type Output = Option<T>;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let queue = self.queue;
        let mut state = lock(&queue.state);
        if !state.items.is_empty() || state.closed {
            if let Some(waker) = self.waker.take() {
                state.waits.retain(|w| !w.will_wake(&waker));
            }
            return Poll::Ready(state.items.pop_front());
        }
        if !state.waits.iter().any(|w| w.will_wake(cx.waker())) {
            state.waits.push_back(cx.waker().clone());
        }
        self.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}
impl<T> Drop for Pop<'_, T> {
    fn drop(&mut self) {
        let Some(waker) = self.waker.take() else {
            return;
        };
        let mut state = lock(&self.queue.state);
        let before = state.waits.len();
        state.waits.retain(|w| !w.will_wake(&waker));
        if before == state.waits.len() && !state.items.is_empty() {
            if let Some(waker) = state.waits.pop_front() {
                drop(state);
                waker.wake();
            }
        }
    }
}
