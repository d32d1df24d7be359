//! Joins two sources in four ways: in which order do the items come, does it end, what is in flight?
//!
//! ```sh
//! cargo run --example fan_in
//! cargo run --example fan_in -- 12   # 12 letters
//! ```

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use clap::Parser;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt, iter};

/// Joins two sources in four ways: in which order do the items come, does it end, what is in flight?
#[derive(Parser)]
#[command(bin_name = "cargo run --example fan_in --")]
struct Args {
    /// How many letters the first source has; the second has three digits
    #[arg(default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=26))]
    letters: u8,
}

const TURN: Duration = Duration::from_secs(1); // of a virtual clock: no time passes
static MADE: AtomicUsize = AtomicUsize::new(0); // items that have left their source

// ANCHOR: ends
type Items = Pin<Box<dyn Stream<Item = char>>>;

/// Gives one item, and the next no sooner than `turns` later.
fn source(items: &[u8], turns: u32) -> Items {
    let items = iter(items.to_vec()).throttle(TURN * turns);
    Box::pin(items.map(|item| {
        MADE.fetch_add(1, Relaxed);
        char::from(item)
    }))
}

/// Takes items until they end, or until it has `most` of them; then it takes no more.
struct Consumer {
    got: String,
    most: usize,
}

impl Consumer {
    async fn take(&mut self, mut items: impl Stream<Item = char> + Unpin) {
        while let Some(item) = items.next().await {
            self.got.push(item);
            if self.got.len() == self.most {
                sleep(Duration::MAX).await;
            }
        }
    }
}
// ANCHOR_END: ends

// ANCHOR: ways
async fn chain(a: Items, b: Items, consumer: &mut Consumer) {
    consumer.take(a.chain(b)).await;
}

async fn merge(a: Items, b: Items, consumer: &mut Consumer) {
    consumer.take(a.merge(b)).await;
}

async fn queue(a: Items, b: Items, consumer: &mut Consumer) {
    let (to_all, from_all) = mpsc::channel(4);
    let (a, b) = (feed(a, to_all.clone()), feed(b, to_all));
    tokio::join!(a, b, consumer.take(ReceiverStream::new(from_all)));
}

async fn kept(a: Items, b: Items, consumer: &mut Consumer) {
    let (to_all, from_all) = mpsc::channel(4);
    let (a, b) = (feed(a, to_all.clone()), feed(b, to_all.clone()));
    tokio::join!(a, b, consumer.take(ReceiverStream::new(from_all)));
}

async fn feed(mut items: Items, to_all: mpsc::Sender<char>) {
    while let Some(item) = items.next().await {
        let _ = to_all.send(item).await;
    }
}
// ANCHOR_END: ways

async fn row(name: &str, letters: &[u8], join: impl AsyncFn(Items, Items, &mut Consumer)) {
    for most in [usize::MAX, 1] {
        let mut consumer = Consumer {
            got: String::new(),
            most,
        };
        MADE.store(0, Relaxed);
        let joined = join(source(letters, 4), source(b"123", 9), &mut consumer);
        let ended = timeout(TURN * 1000, joined).await.is_ok();
        match most {
            1 => println!("{:10}", MADE.load(Relaxed) - 1),
            _ => print!(
                "{name:18}{:32}{:8}",
                consumer.got,
                if ended { "end" } else { "waits" }
            ),
        }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let letters: Vec<u8> = (b'a'..=b'z').take(Args::parse().letters.into()).collect();
    println!("                  what comes                      and then  in flight");
    row("chain", &letters, chain).await;
    row("merge", &letters, merge).await;
    row("one queue of 4", &letters, queue).await;
    row("a sender is kept", &letters, kept).await;
}
