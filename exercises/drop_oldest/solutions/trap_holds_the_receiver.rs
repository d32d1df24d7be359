// trap fails correct: a `pop` that waits holds the receiver, so a push that finds the channel full cannot take the oldest

use tokio::sync::{Mutex, mpsc};

pub struct DropOldest<T> {
    sender: std::sync::Mutex<Option<mpsc::Sender<T>>>,
    receiver: Mutex<mpsc::Receiver<T>>,
}

impl<T: Send> DropOldest<T> {
    pub fn new(cap: usize) -> Self {
        let (sender, receiver) = mpsc::channel(cap);
        Self {
            sender: std::sync::Mutex::new(Some(sender)),
            receiver: Mutex::new(receiver),
        }
    }

    pub fn push(&self, item: T) -> Option<T> {
        let sender = self.sender.lock().unwrap();
        let Some(sender) = &*sender else {
            return Some(item);
        };
        let Err(full) = sender.try_send(item) else {
            return None;
        };
        let Ok(mut receiver) = self.receiver.try_lock() else {
            return Some(full.into_inner()); // somebody waits, so it cannot be full for long
        };
        let oldest = receiver.try_recv().ok();
        let _ = sender.try_send(full.into_inner());
        oldest
    }

    pub async fn pop(&self) -> Option<T> {
        self.receiver.lock().await.recv().await
    }

    pub fn close(&self) {
        *self.sender.lock().unwrap() = None;
    }
}
