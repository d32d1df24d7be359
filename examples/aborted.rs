//! One of 1,000 jobs is refused: when does the caller hear it, and what becomes of the others?
//!
//! ```sh
//! cargo run --example aborted
//! cargo run --example aborted -- 60   # a job needs a minute
//! ```

use std::sync::{Arc, atomic::AtomicUsize, atomic::Ordering::Relaxed};

use anyhow::{Result, bail};
use clap::Parser;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Duration, Instant, sleep};
use tokio::{spawn, sync::Semaphore};

/// One of 1,000 jobs is refused: when does the caller hear it, and what becomes of the others?
#[derive(Parser)]
#[command(bin_name = "cargo run --example aborted --")]
struct Args {
    /// How long a job takes, in seconds of virtual time
    #[arg(default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
}

static ENDED: AtomicUsize = AtomicUsize::new(0); // jobs that came to their last line
static DROPPED: AtomicUsize = AtomicUsize::new(0); // jobs whose `Lease` was dropped

// ANCHOR: work
struct Lease;

impl Drop for Lease {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Relaxed);
    }
}

async fn work(_lease: Lease, number: usize, seconds: u64) -> Result<()> {
    if number == 0 {
        sleep(Duration::from_millis(10)).await;
        bail!("refused");
    }
    sleep(Duration::from_secs(seconds)).await;
    ENDED.fetch_add(1, Relaxed); // only if the future lives until here
    Ok(())
}
// ANCHOR_END: work

async fn detached(seconds: u64) -> Result<()> {
    let tasks: Vec<_> = (0..1000).map(|n| spawn(work(Lease, n, seconds))).collect();
    for task in tasks {
        task.await??;
    }
    Ok(())
}

// ANCHOR: drop
struct AbortOnDrop(JoinHandle<Result<()>>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn aborted(seconds: u64) -> Result<()> {
    let tasks: Vec<_> = (0..1000)
        .map(|n| AbortOnDrop(spawn(work(Lease, n, seconds))))
        .collect();
    for mut task in tasks {
        (&mut task.0).await??;
    }
    Ok(())
}
// ANCHOR_END: drop

async fn set(seconds: u64) -> Result<()> {
    let mut tasks: JoinSet<_> = (0..1000).map(|n| work(Lease, n, seconds)).collect();
    while let Some(answer) = tasks.join_next().await {
        answer??;
    }
    Ok(())
}

async fn joined_last(seconds: u64) -> Result<()> {
    let permits = Arc::new(Semaphore::new(50));
    let mut tasks = JoinSet::new();
    for number in 0..1000 {
        let permit = permits.clone().acquire_owned().await?;
        let job = work(Lease, number, seconds);
        tasks.spawn(async move {
            let _permit = permit;
            job.await
        });
    }
    while let Some(answer) = tasks.join_next().await {
        answer??;
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let seconds = Args::parse().seconds;
    println!("1000 jobs of {seconds} s; the first is refused after 10 ms\n");
    println!("                      heard after   ran to the end   gave back");
    row("JoinHandle", seconds, detached).await;
    row("AbortOnDrop", seconds, aborted).await;
    row("JoinSet", seconds, set).await;
    row("JoinSet, joined last", seconds, joined_last).await;
}

async fn row(name: &str, seconds: u64, version: impl AsyncFn(u64) -> Result<()>) {
    let start = Instant::now();
    assert!(version(seconds).await.is_err(), "the error is lost");
    let heard = start.elapsed().as_millis();
    sleep(Duration::from_secs(3600 * 24)).await; // what was left running ends
    let [ended, dropped] = [&ENDED, &DROPPED].map(|count| count.swap(0, Relaxed));
    println!("{name:22}{heard:8} ms{ended:17}{dropped:12}");
}
