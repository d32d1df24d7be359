// trap fails correct: a `broadcast` channel drops the oldest, but its `Lagged` is taken for the end

use std::sync::{Arc, Mutex};

use tokio::sync::broadcast;

type Slot<T> = Arc<Mutex<Option<T>>>;

pub struct DropOldest<T> {
    sender: Mutex<Option<broadcast::Sender<Slot<T>>>>,
    receiver: tokio::sync::Mutex<broadcast::Receiver<Slot<T>>>,
}

impl<T: Send> DropOldest<T> {
    pub fn new(cap: usize) -> Self {
        let (sender, receiver) = broadcast::channel(cap);
        Self {
            sender: Mutex::new(Some(sender)),
            receiver: tokio::sync::Mutex::new(receiver),
        }
    }

    pub fn push(&self, item: T) -> Option<T> {
        match &*self.sender.lock().unwrap() {
            Some(sender) => {
                let _ = sender.send(Arc::new(Mutex::new(Some(item))));
                None
            }
            None => Some(item),
        }
    }

    pub async fn pop(&self) -> Option<T> {
        let slot = self.receiver.lock().await.recv().await.ok()?;
        let item = slot.lock().unwrap().take();
        item
    }

    pub fn close(&self) {
        *self.sender.lock().unwrap() = None;
    }
}
