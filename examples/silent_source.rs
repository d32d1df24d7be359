//! Reads from peers that send slowly or not at all, with a minute of patience for each piece.
//!
//! ```sh
//! cargo run --example silent_source
//! cargo run --example silent_source -- 1024   # from peers that send at most 1 KiB a second
//! ```

use std::{pin::pin, sync::Mutex, time::Duration};

use anyhow::Result;
use clap::Parser;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_stream::StreamExt;
use tokio_util::io::ReaderStream;

/// Reads from peers that send slowly or not at all, with a minute of patience for each piece.
#[derive(Parser)]
#[command(bin_name = "cargo run --example silent_source --")]
struct Args {
    /// What the slow peer sends in a second, in bytes
    #[arg(default_value_t = 4096, value_parser = clap::value_parser!(u32).range(2..=65536))]
    bytes: u32,
}

const MINUTE: Duration = Duration::from_secs(60);

// ANCHOR: reads
/// A minute for each read.
async fn each_read(mut peer: impl AsyncRead + Unpin) -> Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    while timeout(MINUTE, peer.read(&mut buffer)).await?? > 0 {}
    Ok(())
}

/// A minute for each item of a stream.
async fn each_item(peer: impl AsyncRead) -> Result<()> {
    let mut chunks = pin!(ReaderStream::new(peer).timeout(MINUTE));
    while let Some(chunk) = chunks.next().await {
        chunk??; // late, or broken
    }
    Ok(())
}
// ANCHOR_END: reads

/// It takes the error for an item that is missing, and waits for the next.
async fn goes_on(peer: impl AsyncRead) -> Result<()> {
    let mut chunks = pin!(ReaderStream::new(peer).timeout(MINUTE));
    while chunks.next().await.is_some() {}
    Ok(())
}

// ANCHOR: silence
/// Ends when `last` is a minute old. Every read and every write sets it to the present.
async fn silence(last: &Mutex<Instant>) {
    let mut end = *last.lock().unwrap() + MINUTE;
    while Instant::now() < end {
        sleep_until(end).await; // meanwhile `last` may have moved on
        end = *last.lock().unwrap() + MINUTE;
    }
}
// ANCHOR_END: silence

/// Reads an answer, with one clock for both directions or with two. Nothing goes the other way.
async fn answer(bytes: usize, clocks: usize) -> String {
    let last = [0; 2].map(|_| Mutex::new(Instant::now()));
    let (start, mut server, mut buffer) = (Instant::now(), peer(600, bytes), [0; 64]);
    let reads = async {
        while server.read(&mut buffer).await.is_ok_and(|n| n > 0) {
            *last[clocks - 1].lock().unwrap() = Instant::now();
        }
    };
    let end = tokio::select! {
        () = reads => "read",
        () = silence(&last[0]) => "cut",
    };
    format!("{end} {} s", start.elapsed().as_secs())
}

/// A peer that sends `total` bytes, some each second. With 0 it stays, and sends none.
fn peer(total: usize, bytes: usize) -> DuplexStream {
    let (ours, mut theirs) = duplex(64 * 1024);
    tokio::spawn(async move {
        let mut pieces = total.checked_div(bytes).unwrap_or(usize::MAX);
        while pieces > 0 && theirs.write_all(&vec![b'.'; bytes]).await.is_ok() {
            sleep(Duration::from_secs(1)).await;
            pieces -= 1;
        }
    });
    ours
}

#[tokio::main(flavor = "current_thread", start_paused = true)] // virtual time: no wait takes long
async fn main() {
    let slow = Args::parse().bytes;
    println!("A peer that sends 1 MiB     64 KiB/s  {slow:5} B/s       1 B/s     nothing\n");
    row("a minute for each read", slow, each_read).await;
    row("a minute for each item", slow, each_item).await;
    row("and on after an error", slow, goes_on).await;
    println!("\nAn answer of 600 bytes; the client is silent       1 B/s     nothing\n");
    for (name, clocks) in [("a clock for each way", 2), ("one clock for both", 1)] {
        print!("{name:48}{:>12}", answer(1, clocks).await);
        println!("{:>12}", answer(0, clocks).await);
    }
}

async fn row(name: &str, slow: u32, policy: impl AsyncFn(DuplexStream) -> Result<()>) {
    print!("{name:24}");
    for bytes in [64 * 1024, slow, 1, 0] {
        let (start, peer) = (Instant::now(), peer(1 << 20, bytes as usize));
        let end = match timeout(60 * MINUTE, policy(peer)).await {
            Ok(Ok(())) => format!("read {} s", start.elapsed().as_secs()),
            Ok(Err(_)) => format!("cut {} s", start.elapsed().as_secs()),
            Err(_hour) => "open".into(),
        };
        print!("{end:>12}");
    }
    println!();
}
