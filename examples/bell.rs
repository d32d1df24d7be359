//! A queue of your own and a bell for the task that takes from it: the newest price of each stock.
//!
//! ```sh
//! cargo run --example bell
//! cargo run --example bell -- 1   # what is there is drawn in 1 ms
//! ```

use std::collections::BTreeMap;
use std::mem;
use std::sync::Mutex;

use clap::Parser;
use tokio::sync::{Notify, watch};
use tokio::time::{Duration, Instant, sleep, timeout};

/// A queue of your own and a bell for the task that takes from it: the newest price of each stock.
#[derive(Parser)]
#[command(bin_name = "cargo run --example bell --")]
struct Args {
    /// How long the consumer takes to draw what is there, in ms; a price comes each ms
    #[arg(default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=500))]
    ms: u64,
}

// ANCHOR: bell
type Prices = BTreeMap<u64, Instant>; // by stock; a price is the time when it was made
/// The newest price of each stock, until it is taken.
#[derive(Default)]
struct Newest {
    prices: Mutex<Prices>,
    bell: Notify,
}

impl Newest {
    fn put(&self, stock: u64, price: Instant) {
        self.prices.lock().unwrap().insert(stock, price); // unlocked at the `;`
        self.bell.notify_one();
    }

    /// Waits until there are prices. For one task at a time.
    async fn take(&self) -> Prices {
        loop {
            let prices = mem::take(&mut *self.prices.lock().unwrap()); // leaves an empty map
            if !prices.is_empty() {
                return prices;
            }
            self.bell.notified().await;
        }
    }
}
// ANCHOR_END: bell

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let ms = Args::parse().ms;
    println!("10000 prices of 20 stocks, one each ms; {ms} ms to draw what is there\n");
    println!("                     drawn   at once    oldest   newest at the end");
    let (newest, mut price) = watch::channel((0, Instant::now()));
    let put = async |stock, price| _ = newest.send_replace((stock, price));
    let take = async || {
        let _changed = price.changed().await;
        Prices::from([*price.borrow()])
    };
    row("watch", ms, put, take).await;
    let newest = Newest::default();
    let put = async |stock, price| newest.put(stock, price);
    row("newest of each", ms, put, async || newest.take().await).await;

    println!("\nA ring before the wait: how many waits it ends\n");
    println!("notify_one{:16}", ends(Notify::notify_one).await);
    let twice = |bell: &Notify| (0..2).for_each(|_| bell.notify_one());
    println!("notify_one, twice{:9}", ends(twice).await);
    println!("notify_waiters{:12}", ends(Notify::notify_waiters).await);
}

async fn row(
    name: &str,
    ms: u64,
    put: impl AsyncFn(u64, Instant),
    mut take: impl AsyncFnMut() -> Prices,
) {
    let source = async {
        let mut last = Prices::new();
        for number in 1..=10_000 {
            sleep(Duration::from_millis(1)).await;
            last.insert(number % 20, Instant::now());
            put(number % 20, last[&(number % 20)]).await;
        }
        last
    };
    let consumer = async {
        let (mut drawn, mut shown) = (0, Prices::new());
        let (mut most, mut oldest) = (0, Duration::ZERO);
        while let Ok(prices) = timeout(Duration::from_secs(1), take()).await {
            (drawn, most) = (drawn + prices.len(), most.max(prices.len()));
            for (stock, price) in prices {
                oldest = oldest.max(price.elapsed());
                shown.insert(stock, price);
            }
            sleep(Duration::from_millis(ms)).await;
        }
        (drawn, shown, most, oldest.as_millis())
    };
    let (mut last, (drawn, shown, most, oldest)) = tokio::join!(source, consumer);
    last.retain(|stock, price| shown.get(stock) == Some(price));
    let newest = last.len();
    println!("{name:16}{drawn:10}{most:10}{oldest:7} ms{newest:20}");
}

async fn ends(ring: impl Fn(&Notify)) -> u32 {
    let (bell, mut ended, second) = (Notify::new(), 0, Duration::from_secs(1));
    ring(&bell);
    while timeout(second, bell.notified()).await.is_ok() {
        ended += 1;
    }
    ended
}
