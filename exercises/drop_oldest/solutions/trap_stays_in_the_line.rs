// trap fails correct: a `pop` that got its item stays in the line, and the next push wakes it

use std::collections::{BTreeMap, VecDeque};
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

pub struct DropOldest<T> {
    cap: usize,
    state: Mutex<State<T>>,
}

struct State<T> {
    items: VecDeque<T>,
    closed: bool,
    line: BTreeMap<u64, Waker>,
    next: u64,
}

impl<T: Send> DropOldest<T> {
    pub fn new(cap: usize) -> Self {
        let state = State {
            items: VecDeque::new(),
            closed: false,
            line: BTreeMap::new(),
            next: 0,
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
        state.items.push_back(item);
        let full = state.items.len() > self.cap;
        let oldest = if full { state.items.pop_front() } else { None };
        let first = state.line.pop_first();
        drop(state);
        if let Some((_, waker)) = first {
            waker.wake();
        }
        oldest
    }

    pub fn pop(&self) -> impl Future<Output = Option<T>> + Send + '_ {
        Pop {
            queue: self,
            number: None,
        }
    }

    pub fn close(&self) {
        let mut state = lock(&self.state);
        state.closed = true;
        let line = std::mem::take(&mut state.line);
        drop(state);
        line.into_values().for_each(Waker::wake);
    }
}

fn lock<T>(state: &Mutex<State<T>>) -> MutexGuard<'_, State<T>> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Pop<'a, T> {
    queue: &'a DropOldest<T>,
    number: Option<u64>,
}

impl<T> Future for Pop<'_, T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let mut state = lock(&self.queue.state);
        let item = state.items.pop_front();
        if item.is_some() || state.closed {
            drop(state);
            self.number = None;
            return Poll::Ready(item);
        }
        let number = self.number.unwrap_or(state.next);
        state.next += u64::from(self.number.is_none());
        state.line.insert(number, cx.waker().clone());
        drop(state);
        self.number = Some(number);
        Poll::Pending
    }
}

impl<T> Drop for Pop<'_, T> {
    fn drop(&mut self) {
        let Some(number) = self.number else { return };
        let mut state = lock(&self.queue.state);
        if state.line.remove(&number).is_some() {
            return;
        }
        // It had been woken, for an item that is still there.
        let next = state.line.pop_first();
        drop(state);
        if let Some((_, waker)) = next {
            waker.wake();
        }
    }
}
