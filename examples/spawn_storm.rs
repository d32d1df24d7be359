//! Runs 20,000 jobs, 50 at once, in four ways: how many items are in memory?
//!
//! ```sh
//! cargo run --example spawn_storm
//! cargo run --example spawn_storm -- 500   # 500 at once
//! ```

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use clap::Parser;
use futures::future::try_join_all;
use meter::{Job, Jobs, heap};
use tokio::{sync::Semaphore, task::JoinSet, time};

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

/// Runs 20,000 jobs, 50 at once, in four ways: how many items are in memory?
#[derive(Parser)]
#[command(bin_name = "cargo run --example spawn_storm --")]
struct Args {
    /// The most jobs that may be at work at once
    #[arg(default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..))]
    limit: u16,
}

type Items = Box<dyn Iterator<Item = Item>>;

// ANCHOR: work
/// 4 KiB. Its `Job` is counted as held until it is dropped, with the item.
struct Item(Vec<u8>, Job, Jobs);

/// Asks a service, which answers after 10 ms, with 4 KiB.
async fn work(Item(bytes, held, jobs): Item) -> Result<Item> {
    let _at_work = jobs.start(); // counted as at work until this function ends
    time::sleep(Duration::from_millis(10)).await;
    Ok(Item(bytes, held, jobs))
}

async fn all_at_once(items: Items, _: usize) -> Result<()> {
    try_join_all(items.map(work)).await?;
    Ok(())
}
// ANCHOR_END: work

// ANCHOR: permit
async fn permit_in_the_task(items: Items, limit: usize) -> Result<()> {
    let permits = Arc::new(Semaphore::new(limit));
    let mut tasks = JoinSet::new();
    for item in items {
        let permits = permits.clone();
        tasks.spawn(async move {
            let _permit = permits.acquire().await?;
            work(item).await
        });
    }
    while let Some(answer) = tasks.join_next().await {
        drop(answer??);
    }
    Ok(())
}
// ANCHOR_END: permit

// ANCHOR: joined
async fn joined_last(items: Items, limit: usize) -> Result<()> {
    let permits = Arc::new(Semaphore::new(limit));
    let mut tasks = JoinSet::new();
    for item in items {
        let permit = permits.clone().acquire_owned().await?;
        tasks.spawn(async move {
            let _permit = permit;
            work(item).await
        });
    }
    while let Some(answer) = tasks.join_next().await {
        drop(answer??);
    }
    Ok(())
}
// ANCHOR_END: joined

// ANCHOR: place
async fn place_first(mut items: Items, limit: usize) -> Result<()> {
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
// ANCHOR_END: place

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<()> {
    let limit = Args::parse().limit.into();
    println!("20000 items of 4 KiB        held     at work   peak heap        time");
    row("all at once", limit, all_at_once).await?;
    row("permit in the task", limit, permit_in_the_task).await?;
    row("joined last", limit, joined_last).await?;
    row("place first", limit, place_first).await
}

async fn row(what: &str, n: usize, run: impl AsyncFn(Items, usize) -> Result<()>) -> Result<()> {
    let [held, at_work] = [Jobs::new(u64::MAX), Jobs::new(u64::MAX)];
    let (a, b) = (held.clone(), at_work.clone());
    let (start, before) = (time::Instant::now(), heap::live());
    heap::reset_peak();
    let items = (0..20_000).map(move |_| Item(vec![b'.'; 4096], a.start(), b.clone()));
    run(Box::new(items), n).await?;
    let mib = (heap::peak() - before) as f64 / (1 << 20) as f64;
    let (held, at_work, ms) = (held.most(), at_work.most(), start.elapsed().as_millis());
    println!("{what:20}{held:12}{at_work:12}{mib:8.1} MiB{ms:9} ms");
    Ok(())
}
