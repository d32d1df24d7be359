//! Measures the same memory with three rulers: asked for, resident, reserved.
//!
//! ```sh
//! cargo run --example three_rulers
//! cargo run --example three_rulers -- 1024   # a large vec of 1024 MiB
//! ```

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::{fs::File, hint::black_box, io::Read};

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
// SAFETY: calls go to `System` unchanged, and counting allocates nothing. `realloc` is the
// default one: a new block, a copy, a free. Both blocks are counted, as both are there.
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
/// One row. The peak is the highest that live heap was since the row above.
fn show(what: &str) {
    let live = LIVE.load(Relaxed);
    let [live, peak] = [live, PEAK.swap(live, Relaxed)].map(about);
    let [resident, reserved] = ["VmRSS:", "VmSize:"].map(from_linux);
    println!("{what:30}{live:>11}{peak:>11}{resident:>11}{reserved:>11}");
}

/// A line of `/proc/self/status`, where there is such a file: on Linux.
fn from_linux(name: &str) -> String {
    let mut text = [0; 4096]; // on the stack: the heap is measured
    let n = File::open("/proc/self/status").and_then(|mut file| file.read(&mut text));
    let text = str::from_utf8(&text[..n.unwrap_or(0)]).unwrap_or("");
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<usize>().ok());
    kib.map_or("not known".into(), |kib| about(kib * 1024))
}

fn about(bytes: usize) -> String {
    ((bytes + (32 << 20)) / (64 << 20) * 64).to_string()
}
// ANCHOR_END: rulers

fn main() {
    let size = (Args::parse().mib as usize) << 20;
    println!("MiB, to the nearest 64          live heap       peak   resident   reserved");
    // ANCHOR: large
    show("at the start");
    let mut large = black_box(vec![0u8; size]);
    show("a large vec of zeros");
    large.iter_mut().step_by(4096).for_each(|byte| *byte = 1);
    show("a byte written in each page");
    drop(black_box(large));
    show("freed");
    // ANCHOR_END: large
    // ANCHOR: grown
    let mut grown = Vec::new();
    while grown.len() < size / 8 * 5 {
        grown.extend_from_slice(&[1u8; 64 * 1024]);
    }
    show("another, grown to 5/8 of it");
    drop(black_box(grown));
    show("freed");
    // ANCHOR_END: grown
    // ANCHOR: small
    let make = || -> Vec<Vec<u8>> { (0..500_000).map(|_| vec![1; 512]).collect() };
    let mut small = black_box(make());
    show("500000 small vecs");
    let last = small.pop();
    drop(small);
    show("freed, all but the last");
    let again = black_box(make());
    show("made again");
    drop((again, last));
    show("freed, the last one too");
    // ANCHOR_END: small
}
