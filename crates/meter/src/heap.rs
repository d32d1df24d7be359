//! A counting allocator: how many bytes are allocated now, and how many there ever were.
//!
//! ```
//! #[global_allocator]
//! static HEAP: meter::heap::Counting = meter::heap::Counting;
//!
//! let before = meter::heap::live();
//! let half = vec![1u8; 512 * 1024];
//! assert_eq!(meter::heap::live() - before, 512 * 1024);
//! drop(half);
//! assert_eq!(meter::heap::live(), before);
//! ```
//!
//! The count is of the bytes asked for. What the operating system has handed out (resident memory)
//! is another number: it lags behind, it counts whole pages, and it leaves out pages never touched.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering::Relaxed};

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
static LIMIT: AtomicUsize = AtomicUsize::new(usize::MAX);
static OVER_LIMIT: AtomicPtr<()> = AtomicPtr::new(std::ptr::null_mut());
static TRIPPED: AtomicBool = AtomicBool::new(false);

/// The system's allocator, with every allocation counted.
///
/// Install it with `#[global_allocator]`. It sees every thread, the blocking pool's included, and
/// costs two atomic additions per call.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counting;

/// What broke the limit set with [`set_limit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverLimit {
    /// The size of the allocation that was asked for, in bytes.
    pub asked: usize,
    /// Live heap as it would have been with that allocation, in bytes.
    pub live: usize,
    /// The limit, in bytes of live heap.
    pub limit: usize,
}

/// Bytes allocated and not yet freed, by every thread.
pub fn live() -> usize {
    LIVE.load(Relaxed)
}

/// The most that [`live`] has been since the start, or since [`reset_peak`], in bytes.
pub fn peak() -> usize {
    PEAK.load(Relaxed)
}

/// Starts a new measurement: [`peak`] is what is live now.
pub fn reset_peak() {
    PEAK.store(LIVE.load(Relaxed), Relaxed);
}

/// Calls `over` from inside the first allocation that would take [`live`] above `limit` bytes.
///
/// `over` runs in the thread that asked, before the system's allocator is asked for anything, so a
/// request for 64 GiB costs nothing. From then on the limit is off, so that `over` may allocate.
/// It runs once; the allocation then goes ahead, unless `over` ends the process.
pub fn set_limit(limit: usize, over: fn(OverLimit)) {
    OVER_LIMIT.store(over as *mut (), Relaxed);
    TRIPPED.store(false, Relaxed);
    LIMIT.store(limit, Relaxed);
}

/// Takes the limit off.
pub fn clear_limit() {
    LIMIT.store(usize::MAX, Relaxed);
}

#[inline]
fn grow(by: usize, asked: usize) {
    let live = LIVE.fetch_add(by, Relaxed).wrapping_add(by);
    if live > PEAK.load(Relaxed) {
        PEAK.fetch_max(live, Relaxed);
    }
    let limit = LIMIT.load(Relaxed);
    if live > limit {
        trip(OverLimit { asked, live, limit });
    }
}

#[cold]
fn trip(over: OverLimit) {
    if TRIPPED.swap(true, Relaxed) {
        return;
    }
    LIMIT.store(usize::MAX, Relaxed);
    let hook = OVER_LIMIT.load(Relaxed);
    if !hook.is_null() {
        // SAFETY: the pointer is null or was made from a `fn(OverLimit)` in `set_limit`, and
        // function pointers and data pointers are of one size on every platform that std supports.
        let hook: fn(OverLimit) = unsafe { std::mem::transmute(hook) };
        // It must not unwind out of an allocation.
        if std::panic::catch_unwind(|| hook(over)).is_err() {
            std::process::abort();
        }
    }
}

// SAFETY: every call is passed on to `System` with its arguments unchanged, and what `System`
// returns is returned; the counters are atomics and allocate nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grow(layout.size(), layout.size());
        // SAFETY: the caller's contract is `System`'s.
        let ptr = unsafe { System.alloc(layout) };
        if ptr.is_null() {
            LIVE.fetch_sub(layout.size(), Relaxed);
        }
        ptr
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        grow(layout.size(), layout.size());
        // SAFETY: the caller's contract is `System`'s.
        let ptr = unsafe { System.alloc_zeroed(layout) };
        if ptr.is_null() {
            LIVE.fetch_sub(layout.size(), Relaxed);
        }
        ptr
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: the caller's contract is `System`'s.
        unsafe { System.dealloc(ptr, layout) };
        LIVE.fetch_sub(layout.size(), Relaxed);
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // The net change is counted: glibc grows a large block in place by moving its pages, so
        // old and new are not both resident. An allocator that copies would hold both for a moment.
        let old_size = layout.size();
        if new_size > old_size {
            grow(new_size - old_size, new_size);
        }
        // SAFETY: the caller's contract is `System`'s.
        let new = unsafe { System.realloc(ptr, layout, new_size) };
        if new.is_null() {
            if new_size > old_size {
                LIVE.fetch_sub(new_size - old_size, Relaxed);
            }
        } else if new_size < old_size {
            LIVE.fetch_sub(old_size - new_size, Relaxed);
        }
        new
    }
}
