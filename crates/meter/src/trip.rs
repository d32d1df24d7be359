//! Wires: limits on what a program does, crossed or not.
//!
//! A wire is looked at inside the very call that crosses it, so that a backtrace taken by the hook
//! names the line that made the call.

use std::sync::{Mutex, PoisonError};

static HOOK: Mutex<Option<fn(Trip)>> = Mutex::new(None);

/// What was crossed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trip {
    /// A source was read again and again after it had said that it is at its end.
    ReadAfterEnd {
        /// How often, so far.
        times: u64,
    },
    /// A source was read after it had returned an error.
    ReadAfterError {
        /// Where the error was, in bytes (or in chunks, for a stream) from the start.
        at: u64,
    },
    /// A source was read beyond the point at which the answer is known.
    ReadPast {
        /// Bytes read so far.
        position: u64,
        /// Bytes that may be read.
        limit: u64,
    },
    /// A source got further ahead of a sink than the window.
    TooFarAhead {
        /// Bytes read and not yet written.
        ahead: u64,
        /// Bytes that may be in flight.
        window: u64,
    },
    /// A stream of items was read beyond the item at which the answer is known.
    ItemsPast {
        /// Items taken so far.
        position: u64,
        /// Items that may be taken.
        limit: u64,
    },
    /// More items were taken from a stream and not yet dealt with than may be.
    ItemsAhead {
        /// Items taken and not yet dealt with.
        ahead: u64,
        /// Items that may be in flight.
        window: u64,
    },
    /// More jobs are under way than may be.
    TooManyJobs {
        /// Jobs under way, this one included.
        running: u64,
        /// Jobs that may be.
        limit: u64,
    },
    /// Something was written after the sink had been shut down.
    WriteAfterShutdown,
}

/// Calls `hook` at every wire that is crossed, in the thread that crossed it.
pub fn on_trip(hook: fn(Trip)) {
    *HOOK.lock().unwrap_or_else(PoisonError::into_inner) = Some(hook);
}

#[cold]
pub(crate) fn crossed(trip: Trip) {
    // Not called under the lock: the hook may never return.
    let hook = *HOOK.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(hook) = hook {
        hook(trip);
    }
}
