//! A producer twice as fast as its consumer, joined in four ways: the live heap while they run.
//!
//! ```sh
//! cargo run --example memory_over_time
//! cargo run --example memory_over_time -- 40   # twice as many items, and twice the time
//! ```

use anyhow::Result;
use clap::Parser;
use meter::heap;
use tokio::sync::mpsc;
use tokio::time::{Duration, Instant, sleep, sleep_until};

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

/// A producer twice as fast as its consumer, joined in four ways: the live heap while they run.
#[derive(Parser)]
#[command(bin_name = "cargo run --example memory_over_time --")]
struct Args {
    /// Seconds of virtual time from one look to the next; the producer alone would need three times that
    #[arg(default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100))]
    seconds: u32,
}

/// The producer's work: 1 ms for an item of 4 KiB.
async fn make() -> Vec<u8> {
    sleep(Duration::from_millis(1)).await;
    vec![b'.'; 4096]
}

/// The consumer's work: 2 ms for an item.
async fn handle(_item: Vec<u8>) {
    sleep(Duration::from_millis(2)).await;
}

async fn list(n: u32) -> Result<()> {
    let mut items = Vec::new();
    for _ in 0..n {
        items.push(make().await);
    }
    for item in items {
        handle(item).await;
    }
    Ok(())
}

async fn unbounded(n: u32) -> Result<()> {
    let (tx, mut rx) = mpsc::unbounded_channel();
    let consumer = tokio::spawn(async move {
        while let Some(item) = rx.recv().await {
            handle(item).await;
        }
    });
    for _ in 0..n {
        tx.send(make().await)?;
    }
    drop(tx);
    Ok(consumer.await?)
}

async fn bounded(n: u32) -> Result<()> {
    let (tx, mut rx) = mpsc::channel(16);
    let consumer = tokio::spawn(async move {
        while let Some(item) = rx.recv().await {
            handle(item).await;
        }
    });
    for _ in 0..n {
        tx.send(make().await).await?;
    }
    drop(tx);
    Ok(consumer.await?)
}

async fn pull(n: u32) -> Result<()> {
    for _ in 0..n {
        handle(make().await).await;
    }
    Ok(())
}

const LOOKS: u32 = 10;

// ANCHOR: looks
/// Runs one version, and looks at the live heap ten times; `-` says that the version is done.
async fn row(name: &str, every: u32, version: impl Future<Output = Result<()>>) -> Result<()> {
    tokio::pin!(version);
    let (start, before) = (Instant::now(), heap::live());
    print!("{name:16}");
    for look in 0..LOOKS {
        let time = start + Duration::from_secs((every * look).into());
        tokio::select! {
            biased; // the look first, where both are due
            () = sleep_until(time) => print!("{:6.1}", (heap::live() - before) as f64 / 1_048_576.0),
            done = &mut version => {
                println!("{}", "     -".repeat((LOOKS - look) as usize));
                return done;
            }
        }
    }
    println!();
    version.await
}
// ANCHOR_END: looks

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<()> {
    let every = Args::parse().seconds;
    let n = every * 3 * 1000;
    println!("A producer of 1,000 items/s, a consumer of 500 items/s, 4 KiB an item\n");
    let times = (0..LOOKS).map(|look| format!("{:4} s", every * look));
    println!("live heap, MiB  {}", times.collect::<String>());
    row("list first", every, list(n)).await?;
    row("unbounded", every, unbounded(n)).await?;
    row("channel(16)", every, bounded(n)).await?;
    row("pull", every, pull(n)).await
}
