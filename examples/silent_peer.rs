//! Writes to a peer that reads nothing, and shows how much the kernel takes before the writer has to wait.
//!
//! ```sh
//! cargo run --example silent_peer
//! cargo run --example silent_peer -- --exact   # this machine's own numbers
//! ```

use std::io;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;
use meter::heap;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

/// Writes to a peer that reads nothing, and shows how much the kernel takes before the writer has to wait.
#[derive(Parser)]
#[command(bin_name = "cargo run --example silent_peer --")]
struct Args {
    /// What to ask the kernel for in the last column, in bytes for each buffer
    #[arg(default_value_t = 4096, value_parser = clap::value_parser!(u32).range(1024..=1 << 20))]
    bytes: u32,
    /// Print this machine's numbers in place of bounds that hold on others too
    #[arg(long)]
    exact: bool,
}

// ANCHOR: fill
/// Writes until nothing was taken for half a second. Returns how many bytes were.
async fn fill(sender: &mut TcpStream) -> Result<usize> {
    let chunk = vec![b'.'; 64 * 1024];
    let mut accepted = 0;
    while let Ok(n) = timeout(Duration::from_millis(500), sender.write(&chunk)).await {
        accepted += n?;
    }
    Ok(accepted)
}
// ANCHOR_END: fill

// ANCHOR: reopen
/// Reads in pieces until one more byte is taken. Returns how many bytes that took.
async fn reopen(sender: &mut TcpStream, peer: &mut TcpStream) -> Result<usize> {
    let (mut piece, mut read) = (vec![0; 32 * 1024], 0);
    let patience = Duration::from_millis(40);
    loop {
        if let Ok(n) = timeout(patience, peer.read(&mut piece)).await {
            read += n?;
        }
        if let Ok(taken) = timeout(patience, sender.write(b".")).await {
            taken?;
            return Ok(read);
        }
    }
}
// ANCHOR_END: reopen

/// Both ends of a connection within this process, with buffers as asked for.
async fn connect(bytes: Option<u32>) -> Result<(TcpStream, TcpStream)> {
    let (listener, sender) = (TcpSocket::new_v4()?, TcpSocket::new_v4()?);
    if let Some(bytes) = bytes {
        sender.set_send_buffer_size(bytes)?;
        listener.set_recv_buffer_size(bytes)?; // its connections inherit it
    }
    listener.bind(([127, 0, 0, 1], 0).into())?;
    let listener = listener.listen(1)?;
    let sender = sender.connect(listener.local_addr()?).await?;
    let (peer, _) = listener.accept().await?;
    Ok((sender, peer))
}

// ANCHOR: unread
/// Sends a reply to a peer that goes away unread, and then waits for an answer.
async fn unread() -> Result<io::Result<usize>> {
    let (mut sender, peer) = connect(None).await?;
    sender.write_all(&vec![b'.'; 1 << 20]).await?;
    sender.shutdown().await?;
    drop(peer);
    Ok(sender.read(&mut [0]).await)
}
// ANCHOR_END: unread

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Args { bytes, exact } = Args::parse();
    // Kernels differ. So these are bounds with a wide margin, in KiB.
    let over = |n: usize| match [2048, 512, 32, 2].iter().find(|&kib| n >= kib << 10) {
        Some(kib) if !exact => format!("over {kib} KiB"),
        _ => n.to_string(),
    };
    let under = |n: usize| match [32, 512, 8192].iter().find(|&kib| n < kib << 10) {
        Some(kib) if !exact => format!("under {kib} KiB"),
        _ => n.to_string(),
    };
    println!("A peer that reads nothing\n");
    println!("                  taken before    of that at  live heap    read before");
    println!("buffers           a first wait      the peer  meanwhile  more is taken");
    for size in [None, Some(bytes)] {
        let (mut sender, mut peer) = connect(size).await?;
        heap::reset_peak();
        let before = heap::live();
        let taken = fill(&mut sender).await?;
        let held = (heap::peak() - before) / 1024;
        let arrived = under(peer.peek(&mut vec![0; taken]).await?); // and leaves it there
        let read = reopen(&mut sender, &mut peer).await?;
        let (name, taken, read) = match size {
            None => ("as they are".into(), over(taken), over(read)),
            Some(bytes) => (format!("{bytes} bytes each"), under(taken), under(read)),
        };
        println!("{name:17} {taken:>12} {arrived:>13} {held:6} KiB {read:>14}");
    }
    let answer = unread().await?.map_err(|error| error.kind());
    println!("\nA peer that goes away with 1 MiB unread: {answer:?}");
    Ok(())
}
