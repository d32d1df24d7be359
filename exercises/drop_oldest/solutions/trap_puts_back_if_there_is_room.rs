// trap fails cancel: what a dropped `pop` had been handed goes back only if there is room, and is lost if there is none

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

struct State<T> {
    items: VecDeque<T>,
    waits: VecDeque<oneshot::Sender<T>>,
    closed: bool,
}
pub struct DropOldest<T> {
    cap: usize,
    state: Mutex<State<T>>,
}

impl<T: Send> DropOldest<T> {
    pub fn new(cap: usize) -> Self {
        DropOldest {
            cap,
            state: Mutex::new(State {
                items: VecDeque::new(),
                waits: VecDeque::new(),
                closed: false,
            }),
        }
    }
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
    pub fn push(&self, mut item: T) -> Option<T> {
        let mut state = self.lock();
        if state.closed {
            return Some(item);
        }
        while let Some(wait) = state.waits.pop_front() {
            match wait.send(item) {
                Ok(()) => return None,
                Err(back) => item = back,
            }
        }
        let oldest = if state.items.len() == self.cap {
            state.items.pop_front()
        } else {
            None
        };
        state.items.push_back(item);
        oldest
    }
    pub async fn pop(&self) -> Option<T> {
        let mut hand = {
            let mut state = self.lock();
            if let Some(item) = state.items.pop_front() {
                return Some(item);
            }
            if state.closed {
                return None;
            }
            let (tx, rx) = oneshot::channel();
            state.waits.retain(|w| !w.is_closed());
            state.waits.push_back(tx);
            Hand { queue: self, rx }
        };
        (&mut hand.rx).await.ok()
    }
    pub fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.waits.clear();
    }
}

struct Hand<'a, T: Send> {
    queue: &'a DropOldest<T>,
    rx: oneshot::Receiver<T>,
}
impl<T: Send> Drop for Hand<'_, T> {
    fn drop(&mut self) {
        self.rx.close();
        if let Ok(item) = self.rx.try_recv() {
            let mut item = item;
            let mut state = self.queue.lock();
            while let Some(wait) = state.waits.pop_front() {
                match wait.send(item) {
                    Ok(()) => return,
                    Err(back) => item = back,
                }
            }
            if state.items.len() < self.queue.cap {
                state.items.push_front(item);
            }
        }
    }
}
