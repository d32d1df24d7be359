//! A producer twice as fast as its consumer, joined in four ways: what is in memory, and who waits.
//!
//! ```sh
//! cargo run --example fast_producer
//! cargo run --example fast_producer -- 120   # two minutes of it instead of one
//! ```

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use anyhow::Result;
use clap::Parser;
use meter::heap;
use tokio::sync::mpsc;
use tokio::time::{Duration, Instant, sleep};

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

/// A producer twice as fast as its consumer, joined in four ways: what is in memory, and who waits.
#[derive(Parser)]
#[command(bin_name = "cargo run --example fast_producer --")]
struct Args {
    /// How long the producer would need alone, in seconds of virtual time
    #[arg(default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=600))]
    seconds: u32,
}

static IN_FLIGHT: AtomicU64 = AtomicU64::new(0); // items made and not yet handled
static MOST: AtomicU64 = AtomicU64::new(0); // of them at once
static OLDEST: AtomicU64 = AtomicU64::new(0); // when it was handled, in ms

type Item = (Instant, Vec<u8>); // when it was made, and its bytes
/// The producer's work: 1 ms for an item of 4 KiB.
async fn make() -> Item {
    sleep(Duration::from_millis(1)).await;
    MOST.fetch_max(1 + IN_FLIGHT.fetch_add(1, Relaxed), Relaxed);
    (Instant::now(), vec![b'.'; 4096])
}

/// The consumer's work: 2 ms for an item.
async fn handle(item: Item) {
    sleep(Duration::from_millis(2)).await;
    OLDEST.fetch_max(item.0.elapsed().as_millis() as u64, Relaxed);
    IN_FLIGHT.fetch_sub(1, Relaxed);
}

// ANCHOR: run
/// Runs both at the same time, and returns when the producer was done.
async fn both<S, R>(n: u32, send: S, mut receive: R) -> Result<Instant>
where
    S: AsyncFn(Item) -> Result<()>,
    R: AsyncFnMut() -> Option<Item>,
{
    let produce = async move {
        for _ in 0..n {
            send(make().await).await?;
        }
        Ok(Instant::now()) // drops `send`, which ends the queue
    };
    let consume = async {
        while let Some(item) = receive().await {
            handle(item).await;
        }
    };
    tokio::join!(produce, consume).0
}
// ANCHOR_END: run

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<()> {
    let n = Args::parse().seconds * 1000;
    println!("A producer of 1,000 items/s, a consumer of 500 items/s, 4 KiB an item\n");
    println!("             peak live   in flight      oldest     waited      total");
    // ANCHOR: versions
    let (queue, mut items) = mpsc::unbounded_channel();
    let send = async move |item| Ok(queue.send(item)?);
    row("unbounded", n, both(n, send, async || items.recv().await)).await?;

    let (queue, mut items) = mpsc::channel(16);
    let send = async move |item| Ok(queue.send(item).await?);
    row("channel(16)", n, both(n, send, async || items.recv().await)).await?;

    let pull = async {
        for _ in 0..n {
            handle(make().await).await;
        }
        Ok(Instant::now())
    };
    row("pull", n, pull).await?;
    // ANCHOR_END: versions

    // ANCHOR: detached
    let (queue, mut items) = mpsc::channel(16);
    let send = async move |item| {
        let queue = queue.clone();
        tokio::spawn(async move { queue.send(item).await });
        Ok(())
    };
    row("spawned", n, both(n, send, async || items.recv().await)).await
    // ANCHOR_END: detached
}

async fn row(name: &str, n: u32, version: impl Future<Output = Result<Instant>>) -> Result<()> {
    let (start, before) = (Instant::now(), heap::live());
    heap::reset_peak();
    let waited = (version.await? - start).as_secs_f64() - f64::from(n) / 1000.0;
    let (peak, total) = ((heap::peak() - before) >> 10, start.elapsed().as_secs_f64());
    let (most, oldest) = (MOST.swap(0, Relaxed), OLDEST.swap(0, Relaxed));
    println!("{name:12}{peak:7} KiB{most:12}{oldest:9} ms{waited:9.1} s{total:9.1} s");
    Ok(())
}
