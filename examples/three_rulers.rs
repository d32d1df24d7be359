//! Measures the same memory with three rulers: asked for, resident, reserved. Only Linux tells a
//! program the last two in a file; elsewhere they are "not known".
//!
//! ```sh
//! cargo run --example three_rulers
//! cargo run --example three_rulers -- 1024   # a large vec of 1024 MiB
//! ```

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use clap::Parser;

// ANCHOR: counters
/// The system's allocator, with every byte counted on its way out and back.
struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

fn count(size: usize) {
    let live = LIVE.fetch_add(size, Relaxed) + size;
    PEAK.fetch_max(live, Relaxed);
}
// ANCHOR_END: counters

// ANCHOR: allocator
// SAFETY: each call is handed to `System` unchanged, and counting allocates nothing. `realloc` is
// the default one: a new block, a copy, a free. Old and new are both counted, as both are there.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller keeps `System`'s contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller keeps `System`'s contract.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller keeps `System`'s contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static HEAP: Counting = Counting;
// ANCHOR_END: allocator

/// Measures the same memory with three rulers: asked for, resident, reserved.
#[derive(Parser)]
#[command(bin_name = "cargo run --example three_rulers --")]
struct Args {
    /// Size of the large vec, in MiB
    #[arg(default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..=65536))]
    mib: u32,
}

// ANCHOR: rulers
fn show(what: &str) {
    let live = LIVE.load(Relaxed);
    let (resident, reserved) = (from_linux("VmRSS:"), from_linux("VmSize:"));
    println!("{what:32}{:>12}{resident:>12}{reserved:>12}", about(live));
}

/// A line of `/proc/self/status`. Other systems than Linux have no such file.
fn from_linux(name: &str) -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|line| line.trim_end_matches("kB").trim().parse::<usize>().ok());
    kib.map_or("not known".into(), |kib| about(kib * 1024))
}

fn about(bytes: usize) -> String {
    let step = 64 << 20;
    format!("{}", (bytes + step / 2) / step * 64)
}
// ANCHOR_END: rulers

fn main() {
    let size = (Args::parse().mib as usize) << 20;
    println!("MiB, to the nearest 64             live heap    resident    reserved");
    // ANCHOR: large
    show("at the start");
    let mut large = black_box(vec![0u8; size]);
    show("a large vec of zeros");
    for page in large.chunks_mut(4096) {
        page[0] = 1;
    }
    show("a byte written in each page");
    drop(black_box(large));
    show("freed");
    // ANCHOR_END: large

    // ANCHOR: small
    let make = || -> Vec<Vec<u8>> { (0..500_000).map(|_| vec![1; 512]).collect() };
    let mut small = black_box(make());
    show("500000 small vecs");
    let last = small.pop();
    drop(small);
    show("freed, all but the last");
    let again = black_box(make());
    show("made again");
    drop((last, again));
    // ANCHOR_END: small
    println!("{:32}{:>12}", "peak", about(PEAK.load(Relaxed)));
}
