use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::AsyncWrite;
use tokio::task::coop;

use crate::pace::Pace;
use crate::trip::{Trip, crossed};
use crate::watch::moved;
use crate::{Content, ON_PURPOSE, Watch, Window};

/// An output that compares what it is given with what it expects, and keeps none of it.
#[derive(Debug)]
pub struct Sink {
    expects: Content,
    position: u64,
    shape: Vec<usize>,
    turn: usize,
    fails: Fails,
    pace: Option<Pace>,
    flush: Option<Pace>,
    /// Something was written since the last flush.
    dirty: bool,
    end: Option<Pace>,
    window: Option<Window>,
    shut: bool,
    /// Whether a flush, and the shutdown, has been `Pending` once.
    waited: [bool; 2],
    watch: Watch,
}

#[derive(Debug, Default)]
struct Fails {
    write_at: Option<u64>,
    kind: Option<io::ErrorKind>,
    flush: bool,
    shutdown: bool,
}

impl Sink {
    /// Expects `content`.
    pub fn new(content: Content) -> Self {
        Sink {
            watch: Watch::of(&content),
            expects: content,
            position: 0,
            shape: Vec::new(),
            turn: 0,
            fails: Fails::default(),
            pace: None,
            flush: None,
            dirty: false,
            end: None,
            window: None,
            shut: false,
            waited: [false; 2],
        }
    }

    /// Accepts at most so many bytes a write, over and over. A 0 stands for one `Pending`; with
    /// one, each flush of something and the shutdown are `Pending` once too.
    pub fn shaped(mut self, sizes: &[usize]) -> Self {
        self.shape = sizes.to_vec();
        self
    }

    /// Returns an error from the write that follows byte `at`, and from every later one.
    pub fn fails_at(mut self, at: u64) -> Self {
        self.fails.write_at = Some(at);
        self
    }

    /// The kind of its errors.
    pub fn fails_with(mut self, kind: io::ErrorKind) -> Self {
        self.fails.kind = Some(kind);
        self
    }

    /// Returns an error from the first flush; a shutdown flushes too.
    pub fn fails_to_flush(mut self) -> Self {
        self.fails.flush = true;
        self
    }

    /// Returns an error from shutdown.
    pub fn fails_to_shut_down(mut self) -> Self {
        self.fails.shutdown = true;
        self
    }

    /// Waits for `wait` after each `bytes` bytes, on tokio's clock.
    pub fn paced(mut self, bytes: u64, wait: Duration) -> Self {
        self.pace = Some(Pace::new(bytes, wait));
        self
    }

    /// Each flush of what was written waits for `wait`, on tokio's clock; a shutdown flushes too.
    pub fn flushes_in(mut self, wait: Duration) -> Self {
        self.flush = Some(Pace::new(0, wait));
        self
    }

    /// Its shutdown waits for `wait`, on tokio's clock.
    pub fn shuts_down_in(mut self, wait: Duration) -> Self {
        self.end = Some(Pace::new(0, wait));
        self
    }

    /// Counts what it accepts as no longer in flight.
    pub fn window(mut self, window: &Window) -> Self {
        self.window = Some(window.clone());
        self
    }

    /// What is done to it.
    pub fn watch(&self) -> Watch {
        self.watch.clone()
    }

    fn poll_flushed(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(flush) = &mut self.flush
            && self.dirty
        {
            ready!(flush.poll(cx, &self.watch));
        }
        self.dirty = false;
        Poll::Ready(if std::mem::take(&mut self.fails.flush) {
            Err(self.broken("flush"))
        } else {
            Ok(())
        })
    }

    /// A sink whose shape has waits makes a flush of something and a shutdown wait once too: each for itself, since
    /// who flushes in every poll and then shuts down has to come to an end.
    fn poll_end(&mut self, cx: &mut Context<'_>, shutdown: bool) -> Poll<()> {
        let waits = self.shape.contains(&0) && (shutdown || self.dirty);
        let waited = &mut self.waited[usize::from(shutdown)];
        if waits && !*waited {
            *waited = true;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        *waited = shutdown;
        moved();
        Poll::Ready(())
    }

    fn broken(&self, what: &str) -> io::Error {
        let kind = self.fails.kind.unwrap_or(io::ErrorKind::Other);
        self.watch.fail("a sink", kind);
        io::Error::new(kind, format!("the sink broke at {what} {ON_PURPOSE}"))
    }
}

impl AsyncWrite for Sink {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        let coop = ready!(coop::poll_proceed(cx));
        this.watch.polled();
        if this.shut {
            crossed(Trip::WriteAfterShutdown);
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        if buf.is_empty() {
            return Poll::Ready(Ok(0));
        }
        let mut most = buf.len() as u64;
        if !this.shape.is_empty() {
            let size = this.shape[this.turn % this.shape.len()];
            this.turn += 1;
            if size == 0 {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            most = most.min(size as u64);
        }
        if let Some(pace) = &mut this.pace {
            most = most.min(ready!(pace.poll(cx, &this.watch)));
        }
        coop.made_progress();
        moved();
        if let Some(at) = this.fails.write_at {
            if this.position >= at {
                return Poll::Ready(Err(this.broken("a write")));
            }
            most = most.min(at - this.position);
        }
        let accepted = &buf[..most as usize];
        if let Some(byte) = this.expects.differs(this.position, accepted) {
            this.watch
                .wrong(byte, &accepted[(byte - this.position) as usize..]);
            if let Some(window) = &this.window {
                window.moot();
            }
        }
        this.position += most;
        this.dirty = true;
        if let Some(pace) = &mut this.pace {
            pace.passed(most);
        }
        this.watch.advance(most);
        this.watch.wrote(most);
        if let Some(window) = &this.window {
            window.written(most);
        }
        Poll::Ready(Ok(accepted.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_end(cx, false));
        ready!(self.poll_flushed(cx))?;
        self.watch.flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_end(cx, true));
        // As a `BufWriter` does, it flushes first.
        ready!(self.poll_flushed(cx))?;
        let this = &mut *self;
        if let Some(end) = &mut this.end {
            ready!(end.poll(cx, &this.watch));
        }
        if self.fails.shutdown {
            return Poll::Ready(Err(self.broken("shutdown")));
        }
        self.shut = true;
        self.watch.shut();
        Poll::Ready(Ok(()))
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.watch.drop_it();
    }
}
