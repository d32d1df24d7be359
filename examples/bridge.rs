//! A library that reads without `.await`, over an async source: where does it run, and who waits?
//!
//! ```sh
//! cargo run --example bridge
//! cargo run --example bridge -- 1000   # chunks of 64 KiB
//! ```

use std::io::{Read, Result};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use clap::Parser;
use flate2::{Compression, read::GzEncoder, read::MultiGzDecoder};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::spawn;
use tokio::sync::mpsc::{Sender, channel};
use tokio::task::{JoinHandle, spawn_blocking, yield_now};
use tokio_util::io::{StreamReader, SyncIoBridge};

#[global_allocator]
static HEAP: meter::heap::Counting = meter::heap::Counting;

/// A library that reads without `.await`, over an async source: where does it run, and who waits?
#[derive(Parser)]
#[command(bin_name = "cargo run --example bridge --")]
struct Args {
    /// How many chunks of 64 KiB there are
    #[arg(default_value_t = 250, value_parser = clap::value_parser!(u16).range(32..=16_000))]
    chunks: u16,
}

const CHUNK: usize = 64 * 1024;
static READ: AtomicUsize = AtomicUsize::new(0); // chunks that the source has handed out
static DONE: AtomicUsize = AtomicUsize::new(0); // chunks that the receiver has let go
static AHEAD: AtomicUsize = AtomicUsize::new(0); // the most between the two
static TURNS: AtomicUsize = AtomicUsize::new(0); // of another task

/// Unpacks in the task. The packed bytes are here already.
async fn in_the_task(packed: &[u8]) -> Result<usize> {
    MultiGzDecoder::new(packed).read_to_end(&mut Vec::new()) // no `.await`
}

// ANCHOR: bridge
/// Unpacks on a thread of its own, until the end, or until the receiver is gone.
fn unpack(packed: Packed, queue: Sender<Vec<u8>>) -> JoinHandle<Result<()>> {
    let packed = SyncIoBridge::new(packed); // its `read` waits where the async one is awaited
    spawn_blocking(move || {
        let mut bytes = MultiGzDecoder::new(packed); // reads the first header
        loop {
            let mut chunk = Vec::with_capacity(CHUNK);
            let mut part = bytes.by_ref().take(CHUNK as u64);
            if part.read_to_end(&mut chunk)? == 0 || queue.blocking_send(chunk).is_err() {
                return Ok(());
            }
        }
    })
}
// ANCHOR_END: bridge

type Packed = Box<dyn AsyncRead + Unpin + Send>;

fn source(member: &'static [u8], chunks: usize) -> Packed {
    let members = (0..chunks).map(move |_| {
        AHEAD.fetch_max(READ.fetch_add(1, Relaxed) + 1 - DONE.load(Relaxed), Relaxed);
        Result::Ok(member)
    });
    Box::new(StreamReader::new(tokio_stream::iter(members)))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let chunks = usize::from(Args::parse().chunks);
    let (mut member, mut all) = (Vec::new(), Vec::new()); // gzip has a member for each chunk
    GzEncoder::new(&[b'.'; CHUNK][..], Compression::fast()).read_to_end(&mut member)?;
    let member = member.leak();
    source(member, chunks).read_to_end(&mut all).await?;
    spawn(async {
        loop {
            TURNS.fetch_add(1, Relaxed);
            yield_now().await;
        }
    });
    println!("{chunks} chunks of 64 KiB, packed; a queue with room for 16\n");
    println!("                   source read   most ahead   peak heap   turns of another");
    row("in the task", in_the_task(&all)).await?;
    row("bridge", slow(member, chunks, chunks)).await?;
    row("bridge, left at 10", slow(member, chunks, 10)).await
}

/// Lets go of `most` chunks, each when the source stands still: a full queue, and one in each hand.
async fn slow(member: &'static [u8], chunks: usize, most: usize) -> Result<()> {
    let (queue, mut unpacked) = channel(16);
    let unpacking = unpack(source(member, chunks), queue);
    while DONE.load(Relaxed) < most
        && let Some(chunk) = unpacked.recv().await
    {
        while READ.load(Relaxed) < chunks.min(DONE.load(Relaxed) + 18) {
            yield_now().await;
        }
        drop(chunk);
        DONE.fetch_add(1, Relaxed);
    }
    drop(unpacked);
    unpacking.await?
}

async fn row<T>(name: &str, run: impl Future<Output = Result<T>>) -> Result<()> {
    meter::heap::reset_peak();
    let before = meter::heap::live();
    run.await?;
    let peak = (meter::heap::peak() - before) as f64 / (1024.0 * 1024.0);
    let [read, _, ahead, turns] = [&READ, &DONE, &AHEAD, &TURNS].map(|n| n.swap(0, Relaxed));
    let turns = ["0", "more than 0"][turns.min(1)];
    println!("{name:19}{read:11}{ahead:13}{peak:8.1} MiB{turns:>19}");
    Ok(())
}
