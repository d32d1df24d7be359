//! How many chunks wait in a pipeline that is stuck, and how large a queue should be.
//!
//! ```sh
//! cargo run --example in_flight
//! cargo run --example in_flight -- 600   # 600 pages instead of 60
//! ```

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use anyhow::Result;
use clap::Parser;
use meter::heap;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

/// How many chunks wait in a pipeline that is stuck, and how large a queue should be.
#[derive(Parser)]
#[command(bin_name = "cargo run --example in_flight --")]
struct Args {
    /// How many pages of 100 rows the database has
    #[arg(default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pages: u32,
}

static MADE: AtomicU64 = AtomicU64::new(0); // chunks that have left the source

// ANCHOR: hands
/// Makes a chunk whenever the first queue takes one.
async fn source(queue: Sender<Vec<u8>>) {
    loop {
        let chunk = vec![b'.'; 64 * 1024];
        MADE.fetch_add(1, Relaxed);
        if queue.send(chunk).await.is_err() {
            return;
        }
    }
}

/// Takes a chunk from one queue and hands it on to the next.
async fn stage(mut from: Receiver<Vec<u8>>, to: Sender<Vec<u8>>) {
    while let Some(chunk) = from.recv().await {
        if to.send(chunk).await.is_err() {
            return;
        }
    }
}
// ANCHOR_END: hands

// ANCHOR: stuck
/// So many stages between a source and a sink. Returns what is live after a day.
async fn stuck(stages: usize) -> usize {
    let before = heap::live();
    let mut tasks = JoinSet::new();
    let (first, mut last) = mpsc::channel(4);
    tasks.spawn(source(first));
    for _ in 0..stages {
        let (to, next) = mpsc::channel(4);
        tasks.spawn(stage(last, to));
        last = next;
    }
    let chunk = last.recv().await; // the sink has a chunk in its hands,
    sleep(Duration::from_secs(86_400)).await; // and writes, and writes
    let live = heap::live() - before;
    tasks.shutdown().await;
    drop(chunk);
    live
}
// ANCHOR_END: stuck

// ANCHOR: bursts
/// Fetches a page of 100 rows in 150 ms, and hands on row by row.
async fn database(pages: u32, queue: Sender<Instant>) -> Result<()> {
    for _ in 0..pages {
        sleep(Duration::from_millis(150)).await;
        for _ in 0..100 {
            queue.send(Instant::now()).await?;
        }
    }
    Ok(())
}

/// Needs 2 ms for a row. Returns how old the oldest row was when it was done.
async fn client(mut rows: Receiver<Instant>) -> Result<Duration> {
    let mut oldest = Duration::ZERO;
    while let Some(fetched) = rows.recv().await {
        sleep(Duration::from_millis(2)).await;
        oldest = oldest.max(fetched.elapsed());
    }
    Ok(oldest)
}
// ANCHOR_END: bursts

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<()> {
    let pages = Args::parse().pages;
    println!("The sink is stuck  chunks made   live heap");
    for stages in [0, 1, 4] {
        let live = stuck(stages).await >> 10;
        println!("{stages} stages{:22}{live:8} KiB", MADE.swap(0, Relaxed));
    }
    println!("\nThe source has pauses    total      oldest");
    for capacity in [1, 25, 75, 100, 1000] {
        let (queue, rows) = mpsc::channel(capacity);
        let start = Instant::now();
        let ((), oldest) = tokio::try_join!(database(pages, queue), client(rows))?;
        let total = start.elapsed().as_secs_f64();
        let name = format!("channel({capacity})");
        println!("{name:20}{total:9.1} s{:9} ms", oldest.as_millis());
    }
    Ok(())
}
