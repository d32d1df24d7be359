// right: a deque behind a lock, and a channel with room for one ring, at whose end one consumer stands

//! Why it is right: a full bell means that it rings already, so `try_send` may fail. One consumer at a time waits for
//! the bell, and the others wait for its place; whoever gets the place looks at the deque first. A dropped `pop`
//! gives the place to the next.
//!
//! In Node.js: a promise that is replaced each time it is resolved.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc;

pub struct DropOldest<T> {
    cap: usize,
    state: Mutex<(VecDeque<T>, Option<mpsc::Sender<()>>)>,
    rung: tokio::sync::Mutex<mpsc::Receiver<()>>,
}

type State<T> = (VecDeque<T>, Option<mpsc::Sender<()>>);

impl<T: Send> DropOldest<T> {
    pub fn new(cap: usize) -> Self {
        let (bell, rung) = mpsc::channel(1);
        Self {
            cap,
            state: Mutex::new((VecDeque::new(), Some(bell))),
            rung: tokio::sync::Mutex::new(rung),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn push(&self, item: T) -> Option<T> {
        let mut state = self.lock();
        let Some(bell) = &state.1 else {
            return Some(item);
        };
        let _ = bell.try_send(());
        let oldest = if state.0.len() == self.cap {
            state.0.pop_front()
        } else {
            None
        };
        state.0.push_back(item);
        oldest
    }

    pub async fn pop(&self) -> Option<T> {
        let mut rung = self.rung.lock().await;
        loop {
            {
                let mut state = self.lock();
                if let Some(item) = state.0.pop_front() {
                    return Some(item);
                }
                state.1.as_ref()?;
            }
            rung.recv().await;
        }
    }

    pub fn close(&self) {
        self.lock().1 = None;
    }
}
