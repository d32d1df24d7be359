//! Keeps 16 bytes of every 1 MiB chunk in three ways and shows how much memory they keep alive.
//!
//! ```sh
//! cargo run --example who_pins_what
//! cargo run --example who_pins_what -- 1000   # 1000 chunks
//! ```

use anyhow::Result;
use bytes::{Bytes, BytesMut};
use clap::Parser;
use meter::heap;
use tokio::io::{AsyncReadExt, repeat};

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

/// Keeps 16 bytes of every 1 MiB chunk in three ways and shows how much memory they keep alive.
#[derive(Parser)]
#[command(bin_name = "cargo run --example who_pins_what --")]
struct Args {
    /// How many chunks of 1 MiB pass by
    #[arg(default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=4096))]
    chunks: u32,
}

const MIB: usize = 1024 * 1024;

// ANCHOR: keep
fn slice(chunk: Bytes) -> Bytes {
    chunk.slice(..16)
}

fn truncate(mut chunk: Bytes) -> Bytes {
    chunk.truncate(16);
    chunk
}

fn copy(chunk: Bytes) -> Bytes {
    Bytes::copy_from_slice(&chunk[..16])
}
// ANCHOR_END: keep

// ANCHOR: pass
/// Lets the chunks pass by, one at a time, and keeps what `keep` makes of each.
fn pass(name: &str, chunks: u32, keep: fn(Bytes) -> Bytes) {
    heap::reset_peak();
    let before = heap::live();
    let mut kept = Vec::new();
    for _ in 0..chunks {
        let chunk = Bytes::from(vec![b'.'; MIB]);
        kept.push(keep(chunk));
    }
    let bytes: usize = kept.iter().map(Bytes::len).sum();
    let in_mib = |bytes| format!("{:.1} MiB", bytes as f64 / MIB as f64);
    let (live, peak) = (heap::live() - before, heap::peak() - before);
    println!(
        "{name:32}{bytes:12} B{:>14}{:>14}",
        in_mib(live),
        in_mib(peak)
    );
}
// ANCHOR_END: pass

// ANCHOR: reads
/// Counts the reads that 1 MiB takes when each chunk is split off and handed on.
async fn reads(reserve: usize) -> Result<usize> {
    let mut source = repeat(b'.').take(MIB as u64);
    let mut buffer = BytesMut::new();
    let mut reads = 0;
    loop {
        buffer.reserve(reserve);
        if source.read_buf(&mut buffer).await? == 0 {
            return Ok(reads);
        }
        reads += 1;
        drop(buffer.split().freeze()); // leaves the buffer with no capacity of its own
    }
}
// ANCHOR_END: reads

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let chunks = Args::parse().chunks;
    println!(
        "{:32}{:>14}{:>14}{:>14}",
        format!("{chunks} chunks of 1 MiB"),
        "kept",
        "live heap",
        "peak"
    );
    pass("chunk.slice(..16)", chunks, slice);
    pass("chunk.truncate(16)", chunks, truncate);
    pass("Bytes::copy_from_slice", chunks, copy);

    println!("\n{:32}{:>14}", "1 MiB through a BytesMut", "reads");
    println!("{:32}{:14}", "read_buf", reads(0).await?);
    println!("{:32}{:14}", "reserve(8192), read_buf", reads(8192).await?);
    Ok(())
}
