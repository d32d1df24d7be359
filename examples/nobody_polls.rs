//! Runs requests of 50 ms, four at once, beside a loop whose body is slow: how long did each take?
//!
//! ```sh
//! cargo run --example nobody_polls
//! cargo run --example nobody_polls -- 20   # the body takes 20 ms
//! ```

use std::pin::pin;

use anyhow::Result;
use async_stream::stream;
use clap::Parser;
use futures::stream::{Stream, StreamExt, iter}; // tokio-stream has no `buffer_unordered`
use tokio::sync::Semaphore;
use tokio::time::{Duration, Instant, error::Elapsed, sleep, timeout};

/// Runs requests of 50 ms, four at once, beside a loop whose body is slow: how long did each take?
#[derive(Parser)]
#[command(bin_name = "cargo run --example nobody_polls --")]
struct Args {
    /// How long the body of the loop takes, in ms
    #[arg(default_value_t = 500, value_parser = clap::value_parser!(u64).range(..=100_000))]
    body: u64,
}

const SECOND: Duration = Duration::from_secs(1);
const MONTH: Duration = Duration::from_secs(30 * 24 * 60 * 60);

// ANCHOR: consume
/// Five steps of 10 ms. Says how long it took since the call, or gives up after `limit`.
fn request(limit: Duration) -> impl Future<Output = Result<Duration, Elapsed>> {
    let called = Instant::now();
    let steps = async move {
        for _step in 0..5 {
            sleep(Duration::from_millis(10)).await;
        }
        called.elapsed()
    };
    timeout(limit, steps)
}

/// Keeps four requests under way. The body of the loop works on each answer for a while.
async fn consume<R: Future>(requests: impl Stream<Item = R>, body: Duration) -> Vec<R::Output> {
    let mut answers = pin!(requests.buffer_unordered(4));
    let mut done = Vec::new();
    while let Some(answer) = answers.next().await {
        sleep(body).await; // meanwhile nobody polls `answers`
        done.push(answer);
    }
    done
}
// ANCHOR_END: consume

// ANCHOR: pool
static POOL: Semaphore = Semaphore::const_new(2); // two connections to a database

async fn with_connection() -> Result<Duration, Elapsed> {
    let _connection = POOL.acquire().await;
    request(MONTH).await
} // here the connection goes back

/// The body of the loop needs a connection too, to save the answer.
async fn save(name: &str, answers: impl Stream) {
    let mut answers = pin!(answers);
    let work = async {
        while let Some(_answer) = answers.next().await {
            let _connection = POOL.acquire().await;
        }
    };
    let stuck = timeout(MONTH, work).await.is_err();
    let end = if stuck { "stuck" } else { "six saved" };
    println!("{name:26}{end}");
}
// ANCHOR_END: pool

// ANCHOR: cursor
/// A generator that holds both connections while it gives the answers.
fn cursor() -> impl Stream<Item = Result<Duration, Elapsed>> {
    stream! {
        let _both = POOL.acquire_many(2).await;
        for _ in 0..6 { yield request(MONTH).await; }
    }
}
// ANCHOR_END: cursor

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<()> {
    let ms = Args::parse().body;
    let body = Duration::from_millis(ms);
    println!("six requests of 50 ms, the body takes {ms} ms: what each took, in ms");
    // ANCHOR: main
    let six = || iter(0..6);
    let took = consume(six().map(|_| request(MONTH)), body).await;
    row("futures", took);
    let took = consume(six().map(|_| request(SECOND)), body).await;
    row("futures, timeout 1 s", took);
    let tasks = six().map(|_| tokio::spawn(request(SECOND)));
    let took: Result<_, _> = consume(tasks, body).await.into_iter().collect();
    row("tasks, timeout 1 s", took?);

    println!("\ntwo connections, and the body needs one");
    let futures = six().map(|_| with_connection());
    save("futures", futures.buffer_unordered(4)).await;
    let tasks = six().map(|_| tokio::spawn(with_connection()));
    save("tasks", tasks.buffer_unordered(4)).await;
    save("generator", cursor()).await;
    // ANCHOR_END: main
    Ok(())
}

fn row(name: &str, took: Vec<Result<Duration, Elapsed>>) {
    print!("{name:24}");
    for took in took {
        let ms = took.map(|took| took.as_millis().to_string());
        print!("{:>8}", ms.as_deref().unwrap_or("gave up"));
    }
    println!();
}
