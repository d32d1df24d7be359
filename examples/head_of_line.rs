//! Runs 20,000 jobs, 50 at once: what a slow one, and a refused one, does to the others.
//!
//! ```sh
//! cargo run --example head_of_line
//! cargo run --example head_of_line -- 500   # 500 at once
//! ```

use std::collections::VecDeque;
use std::sync::{Arc, atomic::AtomicUsize, atomic::Ordering::Relaxed};
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use clap::Parser;
use futures::future::try_join_all;
use meter::{Job, Jobs};
use tokio::{spawn, sync::Semaphore, task::JoinSet, time};

/// Runs 20,000 jobs, 50 at once: what a slow one, and a refused one, does to the others.
#[derive(Parser)]
#[command(bin_name = "cargo run --example head_of_line --")]
struct Args {
    /// The most jobs that may be at work at once
    #[arg(default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
}

type Items = Box<dyn Iterator<Item = Item>>;

// ANCHOR: work
/// A number, the number that is refused, and a `Job`, counted as held until it is dropped.
struct Item(usize, Option<usize>, Job);

static LATE: AtomicUsize = AtomicUsize::new(0); // jobs that were done after one was refused

/// Asks a service. One answer in 1000 takes 1 s, the others take 10 ms.
async fn work(Item(number, refused, held): Item) -> Result<Item> {
    if refused == Some(number) {
        LATE.store(0, Relaxed);
        bail!("refused");
    }
    let slow = number.is_multiple_of(1000);
    time::sleep(Duration::from_millis(if slow { 1000 } else { 10 })).await;
    LATE.fetch_add(1, Relaxed);
    Ok(Item(number, refused, held))
}
// ANCHOR_END: work

async fn any_order(mut items: Items, limit: usize) -> Result<()> {
    let mut tasks = JoinSet::new();
    loop {
        for item in items.by_ref().take(limit - tasks.len()) {
            tasks.spawn(work(item));
        }
        match tasks.join_next().await {
            Some(answer) => drop(answer??),
            None => return Ok(()),
        }
    }
}

// ANCHOR: batches
async fn batches(mut items: Items, limit: usize) -> Result<()> {
    loop {
        let batch = items.by_ref().take(limit).map(work);
        if try_join_all(batch).await?.is_empty() {
            return Ok(());
        }
    }
}
// ANCHOR_END: batches

// ANCHOR: order
async fn in_order(mut items: Items, limit: usize, window: usize) -> Result<()> {
    let permits = Arc::new(Semaphore::new(limit));
    let mut tasks = VecDeque::new();
    loop {
        for item in items.by_ref().take(window - tasks.len()) {
            let permits = permits.clone();
            tasks.push_back(spawn(async move {
                let _permit = permits.acquire().await?;
                work(item).await
            }));
        }
        match tasks.pop_front() {
            Some(first) => drop(first.await??),
            None => return Ok(()),
        }
    }
}
// ANCHOR_END: order

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<()> {
    let limit = Args::parse().limit.into();
    println!("20000 items, {limit:3} at once        held      time      late");
    row("any order", async |items| any_order(items, limit).await).await?;
    row("batches", async |items| batches(items, limit).await).await?;
    for n in [1, 10, 100].map(|times| times * limit) {
        let what = format!("in order, window of {n}");
        row(&what, async |items| in_order(items, limit, n).await).await?;
    }
    Ok(())
}

async fn row(what: &str, version: impl AsyncFn(Items) -> Result<()>) -> Result<()> {
    let jobs = Jobs::new(u64::MAX);
    let items = |refused| -> Items {
        let jobs = jobs.clone();
        Box::new((0..20_000).map(move |number| Item(number, refused, jobs.start())))
    };
    let start = time::Instant::now();
    version(items(None)).await?;
    let (held, ms) = (jobs.most(), start.elapsed().as_millis());
    ensure!(version(items(Some(1525))).await.is_err(), "lost");
    time::sleep(Duration::from_secs(60)).await; // what was left running ends
    println!("{what:26}{held:10}{ms:7} ms{:10}", LATE.load(Relaxed));
    Ok(())
}
