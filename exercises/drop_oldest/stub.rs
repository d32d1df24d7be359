//! Exercise `drop_oldest`: the task is in `README.md`, three hints are in `hints.md`.

// ANCHOR: signature
/// A queue with room for a fixed number of items. When it is full, the oldest item goes.
///
/// Many tasks and threads share one, behind an `Arc`: all of them may push, pop and close.
pub struct DropOldest<T> {
    _items: Vec<T>, // yours to choose, here and beside it
}

impl<T: Send> DropOldest<T> {
    /// Makes an empty queue with room for `cap` items, which are 1 or more.
    pub fn new(cap: usize) -> Self {
        let _ = cap;
        todo!("make an empty queue")
    }

    /// Puts `item` at the back and never waits. If the queue is full, the oldest item goes and is
    /// returned. If the queue is closed, `item` itself is returned.
    pub fn push(&self, item: T) -> Option<T> {
        let _ = item;
        todo!("put the item at the back")
    }

    /// Takes the oldest item, and waits while there is none. `None` is the end: the queue is closed
    /// and empty. A `pop` that is dropped while it waits takes no item with it.
    pub async fn pop(&self) -> Option<T> {
        todo!("take the oldest item")
    }

    /// Lets no more items in. What is there can still be popped; a `pop` that waits for more ends.
    pub fn close(&self) {
        todo!("let no more in")
    }
}
// ANCHOR_END: signature
