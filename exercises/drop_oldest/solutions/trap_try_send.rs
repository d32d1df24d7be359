// trap fails correct: a full channel refuses the newest item, and the oldest stay

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
        match &*self.sender.lock().unwrap() {
            Some(sender) => sender.try_send(item).err().map(|full| full.into_inner()),
            None => Some(item),
        }
    }

    pub async fn pop(&self) -> Option<T> {
        self.receiver.lock().await.recv().await
    }

    pub fn close(&self) {
        *self.sender.lock().unwrap() = None;
    }
}
