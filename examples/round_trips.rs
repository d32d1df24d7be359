//! Stores rows over a network, one or many in a request, and shows how long a row waits.
//!
//! ```sh
//! cargo run --example round_trips
//! cargo run --example round_trips -- 50   # each request takes 50 ms
//! ```

use std::time::Duration;

use clap::Parser;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::time::{Instant, interval, sleep};
use tokio_stream::{StreamExt, wrappers::ReceiverStream};

/// Stores rows over a network, one or many in a request, and shows how long a row waits.
#[derive(Parser)]
#[command(bin_name = "cargo run --example round_trips --")]
struct Args {
    /// How long a request takes there and back, in ms
    #[arg(default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=1000))]
    ms: u64,
}

/// The far end. A request takes as long with 100 rows as with one. A row is the time when it was made.
struct Store {
    trip: Duration,
    requests: u32,
    oldest: Duration,
}

impl Store {
    async fn request(&mut self, rows: &[Instant]) {
        sleep(self.trip).await;
        self.requests += 1;
        let ages = rows.iter().map(Instant::elapsed);
        self.oldest = ages.fold(self.oldest, Duration::max);
    }
}

async fn one(mut rows: Receiver<Instant>, store: &mut Store) {
    while let Some(row) = rows.recv().await {
        store.request(&[row]).await;
    }
}

// ANCHOR: batches
async fn there(mut rows: Receiver<Instant>, store: &mut Store) {
    let mut batch = Vec::new();
    while rows.recv_many(&mut batch, 100).await > 0 {
        store.request(&batch).await;
        batch.clear();
    }
}

async fn full(mut rows: Receiver<Instant>, store: &mut Store) {
    let mut batch = Vec::new();
    while let Some(row) = rows.recv().await {
        batch.push(row);
        if batch.len() == 100 {
            store.request(&batch).await;
            batch.clear();
        }
    }
    if !batch.is_empty() {
        store.request(&batch).await; // those that are left
    }
}
// ANCHOR_END: batches

async fn timed(rows: Receiver<Instant>, store: &mut Store) {
    let wait = Duration::from_millis(20);
    let mut batches = Box::pin(ReceiverStream::new(rows).chunks_timeout(100, wait));
    while let Some(batch) = batches.next().await {
        store.request(&batch).await;
    }
}

/// `count` rows, one in each `every`; the sender waits while 100 are in the queue.
fn rows(count: u32, every: Duration) -> Receiver<Instant> {
    let (queue, rows) = channel(100);
    tokio::spawn(async move {
        let mut ticks = interval(every);
        for _ in 0..count {
            ticks.tick().await;
            if queue.send(Instant::now()).await.is_err() {
                return; // nobody stores any more
            }
        }
    });
    rows
}

#[tokio::main(flavor = "current_thread", start_paused = true)] // virtual time: no wait takes long
async fn main() {
    let trip = Duration::from_millis(Args::parse().ms);
    println!("                       1,000 rows, one in a ms        10 rows, one in a second");
    println!("                    requests   stored    oldest   requests   stored    oldest");
    row("one a request", trip, one).await;
    row("100 a request", trip, full).await;
    row("100, or after 20 ms", trip, timed).await;
    row("those there, <= 100", trip, there).await;
}

async fn row(name: &str, trip: Duration, batches: impl AsyncFn(Receiver<Instant>, &mut Store)) {
    print!("{name:19}");
    for (count, every) in [(1000, 1), (10, 1000)] {
        let start = Instant::now();
        let (requests, oldest) = (0, Duration::ZERO);
        let mut store = Store {
            trip,
            requests,
            oldest,
        };
        batches(rows(count, Duration::from_millis(every)), &mut store).await;
        let (stored, oldest) = (start.elapsed().as_millis(), store.oldest.as_millis());
        print!("{:9} {stored:5} ms {oldest:6} ms", store.requests);
    }
    println!();
}
