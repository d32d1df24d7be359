use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::task::coop;
use tokio_stream::Stream;

use crate::pace::Pace;
use crate::source::End;
use crate::trip::{Trip, crossed};
use crate::watch::moved;
use crate::{Watch, Window, trace};

/// An input of any number of items ([`Stream`]), each made when it is asked for. Its [`Watch`] and its
/// [`Window`] count items.
pub struct Items<T> {
    make: Box<dyn FnMut(u64) -> T + Send>,
    count: u64,
    position: u64,
    item_bytes: u64,
    /// Whether each poll in turn is ready, over and over.
    shape: Vec<bool>,
    turn: usize,
    limit: u64,
    begin: Option<Pace>,
    pace: Option<Pace>,
    window: Option<Window>,
    end: End,
    watch: Watch,
}

impl<T> Items<T> {
    /// Delivers what `make` gives for 0, 1, 2, … `count - 1`.
    pub fn new(count: u64, make: impl FnMut(u64) -> T + Send + 'static) -> Self {
        Items {
            make: Box::new(make),
            count,
            position: 0,
            item_bytes: (size_of::<T>() as u64).max(1),
            shape: Vec::new(),
            turn: 0,
            limit: u64::MAX,
            begin: None,
            pace: None,
            window: None,
            end: End::default(),
            watch: Watch::default(),
        }
    }

    /// The size of an item in bytes, where it owns more than what `size_of` tells: for the graph.
    pub fn sized(mut self, bytes: u64) -> Self {
        self.item_bytes = bytes;
        self
    }

    /// Whether each poll in turn is ready, over and over; one that is not wakes its task at once.
    pub fn shaped(mut self, ready: &[bool]) -> Self {
        self.shape = ready.to_vec();
        self
    }

    /// Waits for `wait` before its first item, on tokio's clock.
    pub fn begins_after(mut self, wait: Duration) -> Self {
        self.begin = Some(Pace::new(0, wait));
        self
    }

    /// Waits for `wait` after each `items` items, on tokio's clock.
    pub fn paced(mut self, items: u64, wait: Duration) -> Self {
        self.pace = Some(Pace::new(items, wait));
        self
    }

    /// Counts what it delivers as in flight, until [`Window::done`] says that it no longer is.
    pub fn window(mut self, window: &Window) -> Self {
        self.window = Some(window.clone());
        self
    }

    /// Taking more than `limit` items is a [`Trip::ItemsPast`].
    pub fn item_limit(mut self, limit: u64) -> Self {
        self.limit = limit;
        self
    }

    /// Bytes that it delivers in all.
    pub fn total(&self) -> u64 {
        self.count.saturating_mul(self.item_bytes)
    }

    /// The size of an item in bytes, as [`Items::sized`] or `size_of` has it.
    pub fn item_bytes(&self) -> u64 {
        self.item_bytes
    }

    /// What is done to it; its position is in items.
    pub fn watch(&self) -> Watch {
        self.watch.clone()
    }
}

/// It is never moved out of, so pinning it promises nothing that it needs.
impl<T> Unpin for Items<T> {}

impl<T> Stream for Items<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let this = &mut *self;
        // Without this, a stream that is always ready would never let anything else run.
        let coop = ready!(coop::poll_proceed(cx));
        this.watch.polled();
        if !this.shape.is_empty() {
            let ready = this.shape[this.turn % this.shape.len()];
            this.turn += 1;
            if !ready {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
        }
        if this.position == this.count {
            coop.made_progress();
            this.end.read(&this.watch);
            return Poll::Ready(None);
        }
        if let Some(begin) = &mut this.begin {
            ready!(begin.poll(cx, &this.watch));
            this.begin = None;
        }
        if let Some(pace) = &mut this.pace {
            ready!(pace.poll(cx, &this.watch));
            pace.passed(1);
        }
        coop.made_progress();
        moved();
        let item = (this.make)(this.position);
        this.position += 1;
        this.watch.advance(1);
        trace::note(this.position.saturating_mul(this.item_bytes));
        if this.position > this.limit {
            crossed(Trip::ItemsPast {
                position: this.position,
                limit: this.limit,
            });
        }
        if let Some(window) = &this.window {
            window.read(1);
        }
        Poll::Ready(Some(item))
    }
}

impl<T> Drop for Items<T> {
    fn drop(&mut self) {
        self.watch.drop_it();
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("count", &self.count)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}
