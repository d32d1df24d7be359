//! Waits of sources and sinks, on tokio's clock.

use std::pin::Pin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

use crate::Watch;

/// So many bytes, then a wait: latency is charged per byte, not per call, so that a small buffer is
/// not punished for being small.
#[derive(Debug)]
pub(crate) struct Pace {
    bytes: u64,
    wait: Duration,
    until_wait: u64,
    waiting: Option<Waiting>,
}

impl Pace {
    pub(crate) fn new(bytes: u64, wait: Duration) -> Self {
        Pace {
            bytes,
            wait,
            until_wait: bytes,
            waiting: None,
        }
    }

    /// How many bytes may pass now: waits first where a wait is due.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, watch: &Watch) -> Poll<u64> {
        if self.until_wait == 0 {
            let wait = self.wait;
            let waiting = self.waiting.get_or_insert_with(|| Waiting::new(wait));
            ready!(waiting.sleep.as_mut().poll(cx));
            watch.wait(self.wait);
            self.waiting = None;
            self.until_wait = self.bytes;
        }
        Poll::Ready(self.until_wait)
    }

    pub(crate) fn passed(&mut self, n: u64) {
        self.until_wait -= n;
    }
}

/// When the waits of now end, in ns since [`EPOCH`] and 1; 0 where there is none. A wait that finds no
/// place is not known to [`next_wait_ends`], and nothing else changes.
static ENDS: [AtomicU64; 64] = [const { AtomicU64::new(0) }; 64];
static EPOCH: OnceLock<Instant> = OnceLock::new();

#[derive(Debug)]
struct Waiting {
    sleep: Pin<Box<Sleep>>,
    place: Option<usize>,
}

impl Waiting {
    fn new(wait: Duration) -> Self {
        let (now, epoch) = (Instant::now(), EPOCH.get_or_init(Instant::now));
        let ends = now.saturating_duration_since(*epoch) + wait;
        let ends = 1 + u64::try_from(ends.as_nanos()).unwrap_or(u64::MAX - 1);
        let place = ENDS
            .iter()
            .position(|place| place.compare_exchange(0, ends, SeqCst, SeqCst).is_ok());
        Waiting {
            sleep: Box::pin(tokio::time::sleep_until(now + wait)),
            place,
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            ENDS[place].store(0, SeqCst);
        }
    }
}

/// When the next wait of a source or a sink ends, of those that have not ended yet.
pub fn next_wait_ends() -> Option<Instant> {
    let (now, epoch) = (Instant::now(), *EPOCH.get()?);
    ENDS.iter()
        .filter_map(|place| place.load(SeqCst).checked_sub(1))
        .filter_map(|ends| epoch.checked_add(Duration::from_nanos(ends)))
        .filter(|ends| *ends > now)
        .min()
}
