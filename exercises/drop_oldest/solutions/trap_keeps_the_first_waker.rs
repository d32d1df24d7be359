// trap fails correct: `pop` keeps the waker of its first poll, though another task may poll it after that

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

struct State<T> {
    items: VecDeque<T>,
    closed: bool,
    next: u64,
    waits: BTreeMap<u64, Waker>,
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
            next: 0,
            waits: BTreeMap::new(),
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
        let called = state.waits.pop_first();
        drop(state);
        if let Some((_, waker)) = called {
            waker.wake();
        }
        oldest
    }
    pub async fn pop(&self) -> Option<T> {
        Pop {
            queue: self,
            ticket: None,
        }
        .await
    }
    pub fn close(&self) {
        let mut state = lock(&self.state);
        state.closed = true;
        let all = std::mem::take(&mut state.waits);
        drop(state);
        for waker in all.into_values() {
            waker.wake();
        }
    }
}
fn lock<T>(state: &Mutex<State<T>>) -> MutexGuard<'_, State<T>> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Pop<'a, T> {
    queue: &'a DropOldest<T>,
    ticket: Option<u64>,
}
impl<T> Future for Pop<'_, T> {
    type Output = Option<T>;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let queue = self.queue;
        let mut state = lock(&queue.state);
        if !state.items.is_empty() || state.closed {
            if let Some(ticket) = self.ticket.take() {
                state.waits.remove(&ticket);
            }
            return Poll::Ready(state.items.pop_front());
        }
        let ticket = match self.ticket {
            Some(ticket) if state.waits.contains_key(&ticket) => return Poll::Pending,
            Some(ticket) => ticket,
            None => {
                state.next += 1;
                state.next
            }
        };
        self.ticket = Some(ticket);
        state.waits.insert(ticket, cx.waker().clone());
        Poll::Pending
    }
}
impl<T> Drop for Pop<'_, T> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let mut state = lock(&self.queue.state);
        if state.waits.remove(&ticket).is_none() && !state.items.is_empty() {
            if let Some((_, waker)) = state.waits.pop_first() {
                drop(state);
                waker.wake();
            }
        }
    }
}
