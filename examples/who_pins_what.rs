//! Keeps 16 bytes of every chunk, then all of 5 MiB, and shows how much memory that keeps alive.
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

/// Keeps 16 bytes of every chunk, then all of 5 MiB, and shows how much memory that keeps alive.
#[derive(Parser)]
#[command(bin_name = "cargo run --example who_pins_what --")]
struct Args {
    /// How many chunks of 1 MiB pass by
    #[arg(default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=4096))]
    chunks: u32,
}

const MIB: usize = 1024 * 1024;
const INPUT: u64 = 5 * MIB as u64;

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
    let (live, peak) = (heap::live() - before, heap::peak() - before);
    row(name, &format!("{bytes} B"), &mib(live), mib(peak));
}
// ANCHOR_END: pass

// ANCHOR: reads
/// Takes in 5 MiB, at most `piece` bytes a read, and keeps what each read brought.
async fn reads(name: &str, piece: u64, reserve: fn(&mut BytesMut)) -> Result<()> {
    let mut source = repeat(b'.').take(INPUT);
    let mut kept = Vec::with_capacity(INPUT as usize / 64);
    let before = heap::live(); // the room for the handles is not counted
    let mut buffer = BytesMut::new();
    loop {
        reserve(&mut buffer);
        if (&mut source).take(piece).read_buf(&mut buffer).await? == 0 {
            break;
        }
        kept.push(buffer.split().freeze());
    }
    let (live, bytes) = (heap::live() - before, kept.iter().map(Bytes::len).sum());
    row(name, &mib(bytes), &mib(live), kept.len());
    Ok(())
}
// ANCHOR_END: reads

// ANCHOR: reserve
fn always(buffer: &mut BytesMut) {
    buffer.reserve(8192);
}

fn when_full(buffer: &mut BytesMut) {
    if buffer.capacity() == 0 {
        buffer.reserve(8192);
    }
}
// ANCHOR_END: reserve

fn mib(bytes: usize) -> String {
    format!("{:.1} MiB", bytes as f64 / MIB as f64)
}

fn row(name: &str, a: &str, b: &str, c: impl std::fmt::Display) {
    println!("{name:32}{a:>14}{b:>14}{c:>14}");
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let chunks = Args::parse().chunks;
    let title = format!("{chunks} chunks of 1 MiB");
    row(&title, "kept", "live heap", "peak");
    pass("chunk.slice(..16)", chunks, slice);
    pass("chunk.truncate(16)", chunks, truncate);
    pass("Bytes::copy_from_slice", chunks, copy);

    println!();
    row("5 MiB, all of it kept", "kept", "live heap", "reads");
    let (before, mut vec) = (heap::live(), Vec::new());
    repeat(b'.').take(INPUT).read_to_end(&mut vec).await?;
    let live = heap::live() - before;
    row("read_to_end into a Vec", &mib(vec.len()), &mib(live), "-");
    reads("read_buf", INPUT, |_| {}).await?;
    reads("reserve(8192), read_buf", INPUT, always).await?;
    reads("128 B a read: reserve(8192)", 128, always).await?;
    reads("128 B a read: reserve when full", 128, when_full).await
}
