//! Ends one copy in several ways, and shows what the receiver has and what the sender is told.
//!
//! ```sh
//! cargo run --example last_bytes
//! cargo run --example last_bytes -- 100000   # copies 100,000 bytes
//! ```

use std::io::Result;
use std::time::Duration;

use clap::Parser;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufWriter, copy, duplex};
use tokio::{fs::File, join, time::timeout};

/// Ends one copy in several ways, and shows what the receiver has and what the sender is told.
#[derive(Parser)]
#[command(bin_name = "cargo run --example last_bytes --")]
struct Args {
    /// How many bytes are copied
    #[arg(default_value_t = 5000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    bytes: u32,
}

type AnyWriter<'a> = Box<dyn AsyncWrite + Unpin + 'a>;

// ANCHOR: endings
const ENDINGS: [&str; 3] = ["write_all", "copy", "copy, shutdown"];

async fn send(mut src: impl AsyncRead + Unpin, mut dst: AnyWriter<'_>, ending: &str) -> Result<()> {
    match ending {
        "write_all" => {
            let mut buffer = vec![0; 8 * 1024];
            while let n @ 1.. = src.read(&mut buffer).await? {
                dst.write_all(&buffer[..n]).await?;
            }
        }
        "copy" => {
            copy(&mut src, &mut dst).await?;
        }
        _ => {
            copy(&mut src, &mut dst).await?;
            dst.shutdown().await?;
        }
    }
    Ok(()) // and `dst` is dropped
}
// ANCHOR_END: endings

// ANCHOR: receive
/// Takes what comes, until the end does. The clock is virtual, so a day without a byte passes at once.
async fn receive(mut src: impl AsyncRead + Unpin) -> String {
    let mut bytes = Vec::new();
    let end = timeout(Duration::from_secs(86_400), copy(&mut src, &mut bytes)).await;
    let end = if end.is_ok() { "end" } else { "waits" };
    format!("{}, {end}", bytes.len())
}
// ANCHOR_END: receive

// ANCHOR: sinks
/// A connection is a pipe in memory: what is written to `near` is read from `far`.
async fn receiver(sink: &str, ending: &str, bytes: &[u8]) -> Result<String> {
    let (mut near, far) = duplex(64 * 1024);
    let dst: AnyWriter = match sink {
        "connection" => Box::new(near),
        "&mut connection" => Box::new(&mut near), // the sender keeps it, to read an answer
        _ => Box::new(BufWriter::new(near)),
    };
    let (sent, received) = join!(send(bytes, dst, ending), receive(far));
    sent?; // the sender is told `Ok` each time
    Ok(received)
}
// ANCHOR_END: sinks

// ANCHOR: file
/// It refuses every write, as a file on a full disk does: this program, opened for reading.
async fn file() -> Result<File> {
    File::open(std::env::current_exe()?).await
}
// ANCHOR_END: file

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<()> {
    let bytes = vec![b'.'; Args::parse().bytes as usize];
    row("the receiver has", ENDINGS);
    for sink in ["connection", "&mut connection", "BufWriter"] {
        let mut cells = ENDINGS.map(String::from);
        for cell in &mut cells {
            *cell = receiver(sink, cell, &bytes).await?;
        }
        row(sink, cells);
    }
    println!();
    row("the sender is told", ENDINGS);
    let mut cells = ENDINGS.map(String::from);
    for cell in &mut cells {
        let sent = send(&bytes[..], Box::new(file().await?), cell).await;
        *cell = word(sent);
    }
    row("file", cells);
    // ANCHOR: sync
    let mut file = file().await?;
    let written = file.write_all(&bytes).await;
    let synced = file.sync_all().await;
    let flushed = file.flush().await;
    // ANCHOR_END: sync
    row("three calls in turn", ["write_all", "sync_all", "flush"]);
    row("file", [written, synced, flushed].map(word));
    Ok(())
}

fn word(result: Result<()>) -> String {
    String::from(if result.is_ok() { "Ok" } else { "Err" })
}

fn row(name: &str, [a, b, c]: [impl std::fmt::Display; 3]) {
    println!("{name:22}{a:17}{b:17}{c}");
}
