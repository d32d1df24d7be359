//! One overload and seven queues: who waits, what is lost, and how old is what comes out?
//!
//! ```sh
//! cargo run --example policies
//! cargo run --example policies -- 1   # an item is handled in 1 ms: no overload
//! ```

use std::io::{Read, Seek, Write};

use anyhow::Result;
use bytes::{Buf, Bytes};
use clap::Parser;
use meter::heap;
use tokio::sync::{broadcast, mpsc, watch};
use tokio::time::{Duration, Instant, sleep};
use tokio_stream::{StreamExt, wrappers::BroadcastStream, wrappers::WatchStream};

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

/// One overload and seven queues: who waits, what is lost, and how old is what comes out?
#[derive(Parser)]
#[command(bin_name = "cargo run --example policies --")]
struct Args {
    /// How long the consumer takes for an item, in ms; the source makes one each ms
    #[arg(default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=100))]
    ms: u64,
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<()> {
    let ms = Args::parse().ms;
    println!("10000 items of 4 KiB, one each ms; {ms} ms to handle one\n");
    println!("               took   waited   lost  refused   p99 age        peak");
    // ANCHOR: tokio
    let (queue, mut items) = mpsc::unbounded_channel();
    let offer = async move |item| Ok(queue.send(item)?);
    row("no limit", ms, offer, async || Ok(items.recv().await)).await?;

    let (queue, mut items) = mpsc::channel(16);
    let offer = async move |item| Ok(queue.send(item).await?);
    row("wait", ms, offer, async || Ok(items.recv().await)).await?;

    let (queue, mut items) = mpsc::channel(16);
    let offer = async move |item| Ok(queue.try_send(item)?);
    row("fail", ms, offer, async || Ok(items.recv().await)).await?;

    let (queue, mut items) = mpsc::channel(16);
    let offer = async move |item| queue.try_send(item).or(Ok(())); // full: as if it were sent
    row("drop newest", ms, offer, async || Ok(items.recv().await)).await?;

    let (queue, items) = broadcast::channel(16);
    let mut items = BroadcastStream::new(items).filter_map(Result::ok); // Err: Lagged
    let offer = async move |item| Ok(queue.send(item).map(|_readers| ())?);
    row("drop oldest", ms, offer, async || Ok(items.next().await)).await?;

    let (latest, items) = watch::channel(Bytes::new());
    let mut items = WatchStream::from_changes(items);
    let offer = async move |item| Ok(latest.send(item)?);
    row("conflate", ms, offer, async || Ok(items.next().await)).await?;
    // ANCHOR_END: tokio
    // ANCHOR: spill
    let file = tempfile::NamedTempFile::new()?;
    let (mut reader, mut writer) = (file.reopen()?, file.into_file());
    let (written, mut ready) = watch::channel(0);
    let offer = async move |item: Bytes| {
        writer.write_all(&item)?;
        Ok(written.send(writer.stream_position()?)?)
    };
    let mut read = 0;
    let take = async || {
        if ready.wait_for(|written| *written > read).await.is_err() {
            return Ok(None); // closed, and all is read
        }
        let mut item = vec![0; 4096];
        reader.read_exact(&mut item)?;
        read += 4096;
        Ok(Some(item.into()))
    };
    row("spill", ms, offer, take).await
    // ANCHOR_END: spill
}

/// A source and a consumer at the same time: `offer` puts into a queue, `take` takes out.
async fn row<O, T>(name: &str, ms: u64, mut offer: O, mut take: T) -> Result<()>
where
    O: AsyncFnMut(Bytes) -> Result<()>,
    T: AsyncFnMut() -> Result<Option<Bytes>>,
{
    let mut ages = Vec::with_capacity(10_000);
    heap::reset_peak();
    let (start, live) = (Instant::now(), heap::live());
    let now = || start.elapsed().as_millis() as u32;
    let source = async move {
        let mut refused = 0;
        for _item in 0..10_000 {
            sleep(Duration::from_millis(1)).await;
            let item = now().to_be_bytes().repeat(1024); // when it was made, in 4 KiB
            refused += usize::from(offer(item.into()).await.is_err());
        }
        anyhow::Ok((now() - 10_000, refused))
    };
    let consumer = async {
        while let Some(mut item) = take().await? {
            ages.push(now() - item.get_u32());
            sleep(Duration::from_millis(ms)).await;
        }
        Ok(())
    };
    let ((waited, refused), ()) = tokio::try_join!(source, consumer)?;
    let (took, waited) = (f64::from(now()) / 1e3, f64::from(waited) / 1e3);
    let peak = (heap::peak() - live) as f64 / f64::from(1 << 20);
    ages.sort_unstable();
    let (lost, p99) = (10_000 - ages.len() - refused, ages[ages.len() * 99 / 100]);
    println!(
        "{name:11} {took:5.1} s {waited:6.1} s {lost:6} {refused:8} {p99:6} ms {peak:7.2} MiB"
    );
    Ok(())
}
