//! Sends one source to a fast and to a slow branch in four ways: who waits, who loses, what is held?
//!
//! ```sh
//! cargo run --example tee_race
//! cargo run --example tee_race -- 4000   # a source of 4000 chunks
//! ```

use std::{pin::Pin, time::Duration};

use bytes::Bytes;
use clap::Parser;
use meter::heap;
use tokio::sync::{broadcast, mpsc};
use tokio::time::{Instant, sleep, timeout};
use tokio_stream::{Stream, StreamExt, iter, wrappers::BroadcastStream, wrappers::ReceiverStream};

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

/// Sends one source to a fast and to a slow branch in four ways: who waits, who loses, what is held?
#[derive(Parser)]
#[command(bin_name = "cargo run --example tee_race --")]
struct Args {
    /// How many chunks of 64 KiB the source has
    #[arg(default_value_t = 1000, value_parser = clap::value_parser!(u32).range(100..=100_000))]
    chunks: u32,
}

// ANCHOR: ends
const TURN: Duration = Duration::from_secs(1); // of a virtual clock: no time passes
type Source = Pin<Box<dyn Stream<Item = Bytes>>>; // one chunk each turn

/// Where the chunks go: its pace in turns for one, how many it got, and when it got the last.
struct Branch {
    pace: u32,
    got: u32,
    last: Instant,
}
impl Branch {
    async fn write(&mut self, _chunk: &Bytes) {
        sleep(TURN * self.pace).await;
        self.got += 1;
        self.last = Instant::now();
    }
    async fn drain(&mut self, mut queue: impl Stream<Item = Bytes> + Unpin) {
        while let Some(chunk) = queue.next().await {
            self.write(&chunk).await;
        }
    }
}
// ANCHOR_END: ends

// ANCHOR: at_once
async fn at_once(mut src: Source, a: &mut Branch, b: &mut Branch) {
    while let Some(chunk) = src.next().await {
        tokio::join!(a.write(&chunk), b.write(&chunk));
    }
}
// ANCHOR_END: at_once

// ANCHOR: queues
async fn queues<const ROOM: usize>(mut src: Source, a: &mut Branch, b: &mut Branch) {
    let ((to_a, from_a), (to_b, from_b)) = (mpsc::channel(ROOM), mpsc::channel(ROOM));
    let read = async move {
        while let Some(chunk) = src.next().await {
            let _ = to_a.send(chunk.clone()).await; // a handle to the same bytes
            let _ = to_b.send(chunk).await;
        }
    };
    let (from_a, from_b) = (ReceiverStream::new(from_a), ReceiverStream::new(from_b));
    tokio::join!(read, a.drain(from_a), b.drain(from_b));
}
// ANCHOR_END: queues

// ANCHOR: broadcast
async fn one_queue(mut src: Source, a: &mut Branch, b: &mut Branch) {
    let (to_all, from_a) = broadcast::channel(16);
    let [from_a, from_b] = [from_a, to_all.subscribe()]
        .map(|queue| BroadcastStream::new(queue).filter_map(Result::ok));
    let read = async move {
        while let Some(chunk) = src.next().await {
            let _ = to_all.send(chunk); // never waits
        }
    };
    tokio::join!(read, a.drain(from_a), b.drain(from_b));
}
// ANCHOR_END: broadcast

async fn row(name: &str, n: u32, tee: impl AsyncFn(Source, &mut Branch, &mut Branch)) {
    for slow in [10, u32::MAX] {
        let (last, before) = (Instant::now(), heap::live());
        let [mut a, mut b] = [1, slow].map(|pace| Branch { pace, got: 0, last });
        heap::reset_peak();
        let chunks = iter(0..n).map(|_| Bytes::from(vec![b'.'; 64 * 1024]));
        let src = Box::pin(chunks.throttle(TURN));
        let _ = timeout(TURN * 100 * n, tee(src, &mut a, &mut b)).await;
        let peak = (heap::peak() - before) as f64 / 1_048_576.0;
        let [a_ends, b_ends] = [a.last, b.last].map(|end| (end - last).as_secs() as f64 / 1000.0);
        match slow {
            10 => print!(
                "{name:18}{a_ends:7.1}k{b_ends:7.1}k{:8}{peak:8.1} MiB",
                n - b.got
            ),
            _ => println!("{:10}{peak:8.1} MiB", a.got), // it has stopped
        }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let n = Args::parse().chunks;
    println!("{n} chunks        b needs 10 turns for a chunk           b has stopped");
    println!("                    a ends  b ends  b lost        peak    a gets        peak");
    row("both at once", n, at_once).await;
    row("two queues of 4", n, queues::<4>).await;
    row("two with no bound", n, queues::<1_000_000>).await; // more than there are chunks
    row("broadcast(16)", n, one_queue).await;
}
