//! Bounds a queue by its items and then by its bytes. What does it hold, for items of four sizes?
//!
//! ```sh
//! cargo run --example byte_budget
//! cargo run --example byte_budget -- 4096   # a budget of 4096 KiB
//! ```

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;
use meter::heap;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{sleep, timeout};

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

/// Bounds a queue by its items and then by its bytes. What does it hold, for items of four sizes?
#[derive(Parser)]
#[command(bin_name = "cargo run --example byte_budget --")]
struct Args {
    /// The budget, in KiB
    #[arg(default_value_t = 1024, value_parser = clap::value_parser!(u32).range(64..=16384))]
    kib: u32,
}

// ANCHOR: items
async fn by_items(kib: u32) -> Result<()> {
    let (queue, mut items) = mpsc::channel(16);
    let source = async move {
        for _item in 0..64 {
            queue.send(vec![b'.'; kib as usize * 1024]).await?;
        }
        anyhow::Ok(())
    };
    let consumer = async {
        while let Some(_bytes) = items.recv().await {
            sleep(Duration::from_millis(1)).await;
        }
        Ok(())
    };
    tokio::try_join!(source, consumer).map(|_ended| ())
}
// ANCHOR_END: items

// ANCHOR: bytes
async fn by_bytes(kib: u32, budget: Arc<Semaphore>, permits: u32) -> Result<()> {
    let (queue, mut items) = mpsc::channel(16);
    let source = async move {
        for _item in 0..64 {
            let permit = budget.clone().acquire_many_owned(permits).await?; // one for each KiB
            queue
                .send((permit, vec![b'.'; kib as usize * 1024]))
                .await?;
        }
        anyhow::Ok(())
    };
    let consumer = async {
        while let Some((_permit, _bytes)) = items.recv().await {
            sleep(Duration::from_millis(1)).await;
        } // the item is dropped here, and its permit after it
        Ok(())
    };
    tokio::try_join!(source, consumer).map(|_ended| ())
}
// ANCHOR_END: bytes

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<()> {
    let kib = Args::parse().kib;
    let budget = Arc::new(Semaphore::new(kib as usize));
    println!("peak live heap, MiB       16 items   and a budget   and capped");
    for size in [4, 64, 1024, 2 * kib] {
        let items = peak(by_items(size)).await?;
        // ANCHOR: permits
        let bytes = peak(by_bytes(size, budget.clone(), size)).await?;
        let capped = peak(by_bytes(size, budget.clone(), size.min(kib))).await?;
        // ANCHOR_END: permits
        println!("64 items of {size:5} KiB {items:>12} {bytes:>14} {capped:>12}");
    }
    Ok(())
}

/// The peak while `queue` runs, in MiB. In virtual time a day passes at once if nothing moves.
async fn peak(queue: impl Future<Output = Result<()>>) -> Result<String> {
    let live = heap::live();
    heap::reset_peak();
    match timeout(Duration::from_secs(24 * 60 * 60), queue).await {
        Ok(ended) => {
            ended.map(|()| format!("{:.2}", (heap::peak() - live) as f64 / f64::from(1 << 20)))
        }
        Err(_a_day) => Ok("stuck".into()),
    }
}
