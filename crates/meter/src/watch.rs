use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use crate::Content;

static PROGRESS: AtomicU64 = AtomicU64::new(0);

/// Counts up whenever a source or a sink is ready or a job starts or ends: what stands still here for long
/// is stuck. A poll that has to wait moves nothing.
pub fn progress() -> u64 {
    PROGRESS.load(Relaxed)
}

static BROKEN: Mutex<Option<(&str, io::ErrorKind)>> = Mutex::new(None);

/// The source or sink of this process that was the last to hand out its error, as in `a source`, and the kind of
/// that.
pub fn last_failed() -> Option<(&'static str, io::ErrorKind)> {
    *BROKEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From here on [`last_failed`] tells of what comes now.
pub fn forget_failed() {
    *BROKEN.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

/// Counts [`progress`] up by one: who waits for a good reason, as the grader does for a file to go, is not stuck.
pub fn moved() {
    PROGRESS.fetch_add(1, Relaxed);
}

/// How many wrong bytes are kept to be shown.
const SHOWN: usize = 16;

/// What has been done to a source or a sink, readable while it is in use and after it is gone.
#[derive(Debug, Clone, Default)]
pub struct Watch(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    position: AtomicU64,
    polls: AtomicU64,
    waited_ns: AtomicU64,
    after_end: AtomicU64,
    flushes: AtomicU64,
    unflushed: AtomicU64,
    shutdowns: AtomicU64,
    failed: OnceLock<io::ErrorKind>,
    failed_when: AtomicU64,
    dropped: AtomicBool,
    /// Where the first wrong byte was written, and what was written from there.
    wrong: OnceLock<(u64, Box<[u8]>)>,
    /// Kept, so that whoever drops a source early has no more room on the heap than before.
    content: Option<Content>,
}

impl Watch {
    pub(crate) fn of(content: &Content) -> Self {
        Watch(Arc::new(Counts {
            content: Some(content.clone()),
            ..Counts::default()
        }))
    }

    /// Bytes read from the source, or accepted by the sink.
    pub fn position(&self) -> u64 {
        self.0.position.load(Relaxed)
    }

    /// How often it was read or written, whether or not it was ready.
    pub fn polls(&self) -> u64 {
        self.0.polls.load(Relaxed)
    }

    /// How long its pace has made its user wait, on tokio's clock.
    pub fn waited(&self) -> Duration {
        Duration::from_nanos(self.0.waited_ns.load(Relaxed))
    }

    /// How often the source was read after it had said that it is at its end.
    pub fn after_end(&self) -> u64 {
        self.0.after_end.load(Relaxed)
    }

    /// Whether its error has been handed out.
    pub fn failed(&self) -> bool {
        self.0.failed.get().is_some()
    }

    /// The kind of its error, once that has been handed out.
    pub fn failed_with(&self) -> Option<io::ErrorKind> {
        self.0.failed.get().copied()
    }

    /// How much had been read, of whatever source was read last, when the error was handed out, in bytes.
    pub fn read_when_failed(&self) -> u64 {
        self.0.failed_when.load(Relaxed)
    }

    /// Whether it has been dropped.
    pub fn dropped(&self) -> bool {
        self.0.dropped.load(Relaxed)
    }

    /// Bytes that the sink accepted and that no flush or shutdown has followed.
    pub fn unflushed(&self) -> u64 {
        self.0.unflushed.load(Relaxed)
    }

    /// How often the sink was flushed.
    pub fn flushes(&self) -> u64 {
        self.0.flushes.load(Relaxed)
    }

    /// How often the sink was shut down to the end.
    pub fn shutdowns(&self) -> u64 {
        self.0.shutdowns.load(Relaxed)
    }

    /// The first byte that the sink did not expect, counted from 0.
    pub fn wrong_byte(&self) -> Option<u64> {
        self.0.wrong.get().map(|(byte, _)| *byte)
    }

    /// The bytes from the first wrong one on, and those that were expected there: at most 16 of each.
    pub fn wrong_bytes(&self) -> Option<(&[u8], &[u8])> {
        let (byte, got) = self.0.wrong.get()?;
        let content = self.0.content.as_ref()?;
        Some((got, content.piece(*byte, SHOWN)))
    }

    pub(crate) fn polled(&self) {
        self.0.polls.fetch_add(1, Relaxed);
    }

    pub(crate) fn wait(&self, time: Duration) {
        self.0.waited_ns.fetch_add(time.as_nanos() as u64, Relaxed);
    }

    pub(crate) fn advance(&self, by: u64) -> u64 {
        self.0.position.fetch_add(by, Relaxed) + by
    }

    pub(crate) fn read_after_end(&self) {
        self.0.after_end.fetch_add(1, Relaxed);
    }

    /// `end` has handed out its error.
    pub(crate) fn fail(&self, end: &'static str, kind: io::ErrorKind) {
        self.0.failed_when.store(crate::trace::position(), Relaxed);
        self.0.failed.get_or_init(|| kind);
        *BROKEN.lock().unwrap_or_else(PoisonError::into_inner) = Some((end, kind));
    }

    pub(crate) fn drop_it(&self) {
        self.0.dropped.store(true, Relaxed);
    }

    pub(crate) fn wrote(&self, n: u64) {
        self.0.unflushed.fetch_add(n, Relaxed);
    }

    pub(crate) fn flushed(&self) {
        self.0.unflushed.store(0, Relaxed);
        self.0.flushes.fetch_add(1, Relaxed);
    }

    pub(crate) fn shut(&self) {
        self.0.unflushed.store(0, Relaxed);
        self.0.shutdowns.fetch_add(1, Relaxed);
    }

    /// `got` was written at `byte`, and is not what was expected there.
    pub(crate) fn wrong(&self, byte: u64, got: &[u8]) {
        let got = &got[..got.len().min(SHOWN)];
        self.0.wrong.get_or_init(|| (byte, got.into()));
    }
}

/// What is in flight between a source and a sink: bytes read and not yet written, or items taken and not yet
/// dealt with.
#[derive(Debug, Clone)]
pub struct Window(Arc<Flight>);

#[derive(Debug)]
struct Flight {
    read: AtomicU64,
    written: AtomicU64,
    most: AtomicU64,
    limit: u64,
    items: bool,
    moot: AtomicBool,
}

impl Window {
    /// A window of `limit` bytes. Reading further ahead is a [`TooFarAhead`](crate::trip::Trip).
    pub fn new(limit: u64) -> Self {
        Window::with(limit, false)
    }

    /// A window of `limit` items. Taking more ahead is an [`ItemsAhead`](crate::trip::Trip).
    pub fn of_items(limit: u64) -> Self {
        Window::with(limit, true)
    }

    fn with(limit: u64, items: bool) -> Self {
        Window(Arc::new(Flight {
            read: AtomicU64::new(0),
            written: AtomicU64::new(0),
            most: AtomicU64::new(0),
            limit,
            items,
            moot: AtomicBool::new(false),
        }))
    }

    /// `n` bytes or items are no longer in flight: for what no [`Sink`](crate::Sink) takes.
    pub fn done(&self, n: u64) {
        self.written(n);
    }

    /// The most that was ever in flight, in bytes or items.
    pub fn most(&self) -> u64 {
        self.0.most.load(Relaxed)
    }

    /// The limit, in bytes or items.
    pub fn limit(&self) -> u64 {
        self.0.limit
    }

    pub(crate) fn read(&self, n: u64) {
        let read = self.0.read.fetch_add(n, Relaxed) + n;
        let ahead = read.saturating_sub(self.0.written.load(Relaxed));
        self.0.most.fetch_max(ahead, Relaxed);
        if ahead > self.0.limit && !self.0.moot.load(Relaxed) {
            let window = self.0.limit;
            crate::trip::crossed(if self.0.items {
                crate::trip::Trip::ItemsAhead { ahead, window }
            } else {
                crate::trip::Trip::TooFarAhead { ahead, window }
            });
        }
    }

    /// What was written is not what was read, so the difference says nothing of what is in flight.
    pub(crate) fn moot(&self) {
        self.0.moot.store(true, Relaxed);
    }

    pub(crate) fn written(&self, n: u64) {
        self.0.written.fetch_add(n, Relaxed);
    }
}
