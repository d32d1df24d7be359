//! Counts the lines of one file three ways and shows how much of it is in memory.
//!
//! ```sh
//! cargo run --example two_questions
//! cargo run --example two_questions -- 2048   # a file of 2048 MiB
//! ```

use std::fs::File;
use std::io::{Read, Seek, Write};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use meter::heap;

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

/// Counts the lines of one file three ways and shows how much of it is in memory.
#[derive(Parser)]
#[command(bin_name = "cargo run --example two_questions --")]
struct Args {
    /// Size of the larger file, in MiB; the smaller one is a quarter of it
    #[arg(default_value_t = 512, value_parser = clap::value_parser!(u64).range(4..=65536))]
    mib: u64,
}

const LINE: &[u8; 64] = b"2026-01-01T00:00:00Z GET /videos/ten-gigabytes.mp4 206 64 KiB  \n";
const MIB: f64 = (1 << 20) as f64;

/// What the counting has seen so far.
#[derive(Default)]
struct Count {
    lines: usize,
    chunks: usize,
    bytes: usize,
    first: f64, // MiB read when the first line was counted
}

// ANCHOR: whole
fn whole(file: &mut File) -> Result<Count> {
    let mut count = Count::default();
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?; // as `std::fs::read` does
    count.add(&bytes);
    Ok(count)
}
// ANCHOR_END: whole

// ANCHOR: window
fn window(file: &mut File) -> Result<Count> {
    let mut count = Count::default();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            return Ok(count);
        }
        count.add(&buffer[..n]);
    }
}
// ANCHOR_END: window

// ANCHOR: kept
fn kept(file: &mut File) -> Result<Count> {
    let mut count = Count::default();
    let mut chunks = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            return Ok(count);
        }
        count.add(&buffer[..n]);
        chunks.push(buffer[..n].to_vec()); // for later
    }
}
// ANCHOR_END: kept

// ANCHOR: count
impl Count {
    fn add(&mut self, chunk: &[u8]) {
        let newlines = chunk.iter().filter(|&&byte| byte == b'\n').count();
        self.chunks += 1;
        self.bytes += chunk.len();
        if self.lines == 0 && newlines > 0 {
            self.first = self.bytes as f64 / MIB;
        }
        self.lines += newlines;
    }
}
// ANCHOR_END: count

type Version = (&'static str, fn(&mut File) -> Result<Count>);

fn main() -> Result<()> {
    let mib = Args::parse().mib;
    let mut file = tempfile::tempfile().context("no temporary file")?; // without a name
    let block = LINE.repeat((1 << 20) / LINE.len());
    let versions: [Version; 3] = [("whole", whole), ("window", window), ("kept", kept)];
    println!("                (1) peak live heap    (2) chunks    read before the first line");
    for (size, more) in [(mib / 4, mib / 4), (mib, mib - mib / 4)] {
        for _ in 0..more {
            file.write_all(&block).context("the disk is full")?;
        }
        // ANCHOR: measure
        for (name, version) in versions {
            file.rewind()?;
            heap::reset_peak();
            let before = heap::live();
            let count = version(&mut file)?;
            let peak = (heap::peak() - before) as f64 / MIB;
            let (chunks, first) = (count.chunks, count.first);
            println!("{size:4} MiB {name:6}{peak:14.2} MiB{chunks:14}{first:18.2} MiB");
            ensure!(count.lines as u64 == size << 14, "{} lines", count.lines);
        }
        // ANCHOR_END: measure
    }
    Ok(())
}
