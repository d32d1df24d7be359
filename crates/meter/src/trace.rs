//! Live heap over bytes read, in a fixed number of columns.
//!
//! Nothing has to be known of the input's length: when it outgrows the columns, each two of them
//! become one. Recording takes no memory.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use crate::heap;

/// Columns that a trace has at most.
pub const COLUMNS: usize = 48;

static LIVE: [AtomicUsize; COLUMNS] = [const { AtomicUsize::new(0) }; COLUMNS];
static WIDTH: AtomicU64 = AtomicU64::new(1);
static POSITION: AtomicU64 = AtomicU64::new(0);
static BASE: AtomicUsize = AtomicUsize::new(0);

/// What was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trace {
    /// Bytes read in all.
    pub read: u64,
    /// Bytes read per column.
    pub width: u64,
    /// The most live heap above the start, in bytes, while each column's bytes were read.
    pub live: Vec<u64>,
}

/// Starts anew; live heap is counted from what is live now.
pub fn start() {
    for column in &LIVE {
        column.store(0, Relaxed);
    }
    WIDTH.store(1, Relaxed);
    POSITION.store(0, Relaxed);
    BASE.store(heap::live(), Relaxed);
}

/// Notes what is live now, `position` bytes into the input.
pub fn note(position: u64) {
    POSITION.store(position, Relaxed);
    let live = heap::live().saturating_sub(BASE.load(Relaxed));
    while position / WIDTH.load(Relaxed) >= COLUMNS as u64 {
        for i in 0..COLUMNS / 2 {
            let both = LIVE[2 * i].load(Relaxed).max(LIVE[2 * i + 1].load(Relaxed));
            LIVE[i].store(both, Relaxed);
        }
        for column in &LIVE[COLUMNS / 2..] {
            column.store(0, Relaxed);
        }
        WIDTH.store(WIDTH.load(Relaxed) * 2, Relaxed);
    }
    let column = (position / WIDTH.load(Relaxed)) as usize;
    LIVE[column].fetch_max(live, Relaxed);
}

/// The last position noted since [`start`], in bytes.
pub fn position() -> u64 {
    POSITION.load(Relaxed)
}

/// What has been recorded since [`start`].
pub fn take() -> Trace {
    let mut live: Vec<u64> = LIVE.iter().map(|c| c.load(Relaxed) as u64).collect();
    while live.last() == Some(&0) {
        live.pop();
    }
    // A large read passes over whole columns; nothing was freed there.
    for i in 1..live.len() {
        if live[i] == 0 {
            live[i] = live[i - 1];
        }
    }
    Trace {
        read: position(),
        width: WIDTH.load(Relaxed),
        live,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_columns_whatever_is_read() {
        const MIB: u64 = 1 << 20;
        start();
        for read in (0..=64 * MIB).step_by(1024) {
            note(read);
        }
        let trace = take();
        assert_eq!((trace.read, trace.width), (64 * MIB, 2 * MIB));
        assert!(trace.live.len() <= COLUMNS);
    }
}
