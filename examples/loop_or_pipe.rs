//! Moves chunks from a network to a slower disk: by a loop, through a step, by a pipe, through queues.
//!
//! ```sh
//! cargo run --example loop_or_pipe
//! cargo run --example loop_or_pipe -- 1000   # 1000 chunks
//! ```

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use anyhow::Result;
use async_stream::stream;
use bytes::Bytes;
use clap::Parser;
use futures::sink;
use tokio::sync::mpsc;
use tokio::time::{Duration, Instant, sleep};
use tokio_stream::{Stream, StreamExt, wrappers};

/// Moves chunks from a network to a slower disk: by a loop, through a step, by a pipe, through queues.
#[derive(Parser)]
#[command(bin_name = "cargo run --example loop_or_pipe --")]
struct Args {
    /// How many chunks the network brings
    #[arg(default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..))]
    chunks: u16,
}

static IN_FLIGHT: AtomicUsize = AtomicUsize::new(0); // chunks that have come and are not written
static MOST: AtomicUsize = AtomicUsize::new(0); // the most of them at once, since the last row

// ANCHOR: ends
/// The network: a chunk takes 10 ms to come.
fn network(chunks: u16) -> impl Stream<Item = Bytes> + Unpin {
    Box::pin(stream! {
        for _ in 0..chunks {
            sleep(Duration::from_millis(10)).await;
            MOST.fetch_max(IN_FLIGHT.fetch_add(1, Relaxed) + 1, Relaxed);
            yield Bytes::from(vec![b'a'; 64 * 1024]);
        }
    })
}

/// The disk: a chunk takes 20 ms to write.
async fn write(_chunk: Bytes) -> Result<()> {
    sleep(Duration::from_millis(20)).await;
    IN_FLIGHT.fetch_sub(1, Relaxed);
    Ok(())
}
// ANCHOR_END: ends

// ANCHOR: loop
async fn by_loop(mut chunks: impl Stream<Item = Bytes> + Unpin) -> Result<()> {
    while let Some(chunk) = chunks.next().await {
        write(chunk).await?;
    }
    Ok(())
}

fn upper(chunks: impl Stream<Item = Bytes> + Unpin) -> impl Stream<Item = Bytes> + Unpin {
    Box::pin(stream! {
        for await chunk in chunks {
            yield Bytes::from(chunk.to_ascii_uppercase());
        }
    })
}

async fn by_pipe(chunks: impl Stream<Item = Bytes> + Unpin) -> Result<()> {
    let disk = sink::unfold((), |(), chunk| write(chunk));
    futures::StreamExt::forward(chunks.map(Ok), disk).await
}
// ANCHOR_END: loop

// ANCHOR: queue
async fn by_queue(mut chunks: impl Stream<Item = Bytes> + Unpin) -> Result<()> {
    let (queue, queued) = mpsc::channel(1);
    let read = async move {
        while let Some(chunk) = chunks.next().await {
            queue.send(chunk).await?; // waits while there is a chunk in the queue
        }
        Ok(()) // `queue` is dropped, and so the loop below comes to its end
    };
    tokio::try_join!(read, by_loop(wrappers::ReceiverStream::new(queued)))?;
    Ok(())
}
// ANCHOR_END: queue

// ANCHOR: unbounded
async fn by_unbounded_queue(mut chunks: impl Stream<Item = Bytes> + Unpin) -> Result<()> {
    let (queue, queued) = mpsc::unbounded_channel();
    let read = async move {
        while let Some(chunk) = chunks.next().await {
            queue.send(chunk)?; // never waits
        }
        Ok(())
    };
    let queued = wrappers::UnboundedReceiverStream::new(queued);
    tokio::try_join!(read, by_loop(queued))?;
    Ok(())
}
// ANCHOR_END: unbounded

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<()> {
    let n = Args::parse().chunks;
    println!("{n} chunks: 10 ms each to come, 20 ms to write      took   in flight");
    row("while let", by_loop(network(n))).await?;
    row("while let, a step between", by_loop(upper(network(n)))).await?;
    row("forward", by_pipe(network(n))).await?;
    row("queue of 1", by_queue(network(n))).await?;
    row("unbounded queue", by_unbounded_queue(network(n))).await
}

async fn row(name: &str, run: impl Future<Output = Result<()>>) -> Result<()> {
    let start = Instant::now();
    run.await?;
    let ms = start.elapsed().as_millis();
    println!("{name:40}{ms:12} ms{:9}", MOST.swap(0, Relaxed));
    Ok(())
}
