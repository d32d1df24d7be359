//! Sends 1 MiB to peers that read slowly or not at all, with a minute of patience in four places.
//!
//! ```sh
//! cargo run --example patience
//! cargo run --example patience -- 1024   # to peers that read at most 1 KiB a second
//! ```

use std::time::Duration;

use anyhow::{Result, ensure};
use clap::Parser;
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::{Instant, sleep, timeout};

/// Sends 1 MiB to peers that read slowly or not at all, with a minute of patience in four places.
#[derive(Parser)]
#[command(bin_name = "cargo run --example patience --")]
struct Args {
    /// What the slow peer reads in a second, in bytes
    #[arg(default_value_t = 4096, value_parser = clap::value_parser!(u32).range(2..=65536))]
    bytes: u32,
}

const MINUTE: Duration = Duration::from_secs(60);

async fn none(mut peer: impl AsyncWrite + Unpin, reply: &[u8]) -> Result<()> {
    Ok(peer.write_all(reply).await?)
}

// ANCHOR: total
/// A minute for all of it.
async fn total(mut peer: impl AsyncWrite + Unpin, reply: &[u8]) -> Result<()> {
    Ok(timeout(MINUTE, peer.write_all(reply)).await??)
}
// ANCHOR_END: total

// ANCHOR: progress
/// A minute without progress.
async fn progress(mut peer: impl AsyncWrite + Unpin, mut reply: &[u8]) -> Result<()> {
    while !reply.is_empty() {
        let n = timeout(MINUTE, peer.write(reply)).await??;
        ensure!(n > 0, "the connection takes no more");
        reply = &reply[n..];
    }
    Ok(())
}

/// A minute for each 64 KiB, which is a rate.
async fn rate(mut peer: impl AsyncWrite + Unpin, reply: &[u8]) -> Result<()> {
    for part in reply.chunks(64 * 1024) {
        timeout(MINUTE, peer.write_all(part)).await??;
    }
    Ok(())
}
// ANCHOR_END: progress

// ANCHOR: send
/// Sends 1 MiB to a peer that reads `bytes` each second, for an hour at most, and tells how it ended.
async fn send(policy: impl AsyncFn(DuplexStream, &[u8]) -> Result<()>, bytes: usize) -> String {
    let (sender, mut peer) = duplex(64 * 1024); // a connection with room for 64 KiB
    let read = async {
        let mut buffer = vec![0; bytes];
        loop {
            sleep(Duration::from_secs(1)).await;
            let _ = peer.read(&mut buffer).await;
        }
    };
    let (start, reply) = (Instant::now(), vec![b'.'; 1 << 20]);
    let outcome = tokio::select! {
        outcome = policy(sender, &reply) => outcome,
        () = read => unreachable!("it reads forever"),
        () = sleep(60 * MINUTE) => return "open".into(),
    };
    let end = if outcome.is_ok() { "sent" } else { "cut" };
    format!("{end} {} s", start.elapsed().as_secs())
}
// ANCHOR_END: send

#[tokio::main(flavor = "current_thread", start_paused = true)] // virtual time: no wait takes long
async fn main() {
    let slow = Args::parse().bytes;
    println!("1 MiB to a peer that reads  64 KiB/s  {slow:5} B/s       1 B/s     nothing\n");
    row("no timeout", none, slow).await;
    row("a minute for all of it", total, slow).await;
    row("a minute for any of it", progress, slow).await;
    row("a minute for 64 KiB", rate, slow).await;
}

async fn row(name: &str, policy: impl AsyncFn(DuplexStream, &[u8]) -> Result<()>, slow: u32) {
    print!("{name:24}");
    for bytes in [64 * 1024, slow, 1, 0] {
        print!("{:>12}", send(&policy, bytes as usize).await);
    }
    println!();
}
