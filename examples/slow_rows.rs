//! The rows of a query go to slow clients: how long are the connections of the pool theirs?
//!
//! ```sh
//! cargo run --example slow_rows
//! cargo run --example slow_rows -- 9   # nine clients, and the pool has ten connections
//! ```

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use async_stream::try_stream;
use clap::Parser;
use meter::heap;
use tokio::sync::Semaphore;
use tokio::time::{Duration, Instant, sleep};
use tokio_stream::{Stream, StreamExt};

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

/// The rows of a query go to slow clients: how long are the connections of the pool theirs?
#[derive(Parser)]
#[command(bin_name = "cargo run --example slow_rows --")]
struct Args {
    /// How many clients, each with a query
    #[arg(default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    clients: u16,
}

type Pool = Semaphore; // a permit is a connection
type Row = Vec<u8>;

// ANCHOR: rows
/// A query of 100 rows, which borrows the pool. It has a connection from its first row to its end.
fn rows(pool: &Pool) -> impl Stream<Item = Result<Row>> {
    try_stream! {
        let _connection = pool.acquire().await?;
        for _ in 0..100 {
            sleep(Duration::from_millis(1)).await;
            yield vec![b'.'; 4096];
        }
    }
}
// ANCHOR_END: rows

// ANCHOR: bodies
/// Owns a handle to the pool, and the query that borrows the pool.
fn streamed(pool: Arc<Pool>) -> impl Stream<Item = Result<Row>> {
    try_stream! {
        for await row in rows(&pool) {
            yield row?;
        }
    }
}

/// Takes all rows before it gives the first one.
fn gathered(pool: Arc<Pool>) -> impl Stream<Item = Result<Row>> {
    try_stream! {
        let all: Vec<Row> = rows(&pool).collect::<Result<_>>().await?;
        for row in all {
            yield row;
        }
    }
}
// ANCHOR_END: bodies

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<()> {
    let clients = Args::parse().clients;
    println!("{clients} clients take a row a second, of 100 rows; the pool has 10 connections\n");
    println!("                       held   another query waits       peak");
    row("streamed", clients, streamed, 100).await?;
    row("streamed, 10 rows", clients, streamed, 10).await?;
    row("gathered", clients, gathered, 100).await
}

async fn row<S>(name: &str, clients: u16, body: fn(Arc<Pool>) -> S, most: usize) -> Result<()>
where
    S: Stream<Item = Result<Row>> + Send + 'static,
{
    let pool = Arc::new(Pool::new(10));
    heap::reset_peak();
    let live = heap::live();
    for _client in 0..clients {
        let mut rows = Box::pin(body(pool.clone()).take(most));
        tokio::spawn(async move {
            while let Some(_row) = rows.next().await {
                sleep(Duration::from_secs(1)).await;
            }
        });
    }
    sleep(Duration::from_millis(1500)).await;
    let (start, held) = (Instant::now(), 10 - pool.available_permits());
    let first = std::pin::pin!(rows(&pool)).next().await;
    ensure!(first.context("no row")??.len() == 4096, "it is cut");
    let waited = start.elapsed().as_secs();
    let peak = (heap::peak() - live) as f64 / f64::from(1 << 20);
    println!("{name:22}{held:5}{waited:20} s{peak:7.2} MiB");
    Ok(())
}
