//! Sends bytes to a filter and takes them back: who waits for whom, in memory and with `cat`.
//!
//! ```sh
//! cargo run --example stuck_pipe
//! cargo run --example stuck_pipe -- 100   # 100 KiB, which fit into the pipes
//! ```

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::{io::Result, process::Stdio};

use anyhow::Context;
use clap::Parser;
use tokio::io::{self, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufWriter};
use tokio::time::{Duration, pause, resume, timeout};
use tokio::{process::Command, try_join};

/// Sends bytes to a filter and takes them back: who waits for whom, in memory and with `cat`.
#[derive(Parser)]
#[command(bin_name = "cargo run --example stuck_pipe --")]
struct Args {
    /// How much goes through the filter, in KiB
    #[arg(default_value_t = 1024, value_parser = clap::value_parser!(u16).range(1..))]
    kib: u16,
}

const MONTH: u64 = 30 * 24 * 60 * 60;
static KIB: AtomicUsize = AtomicUsize::new(0); // what goes through the filter

// ANCHOR: filters
/// The standard input and the standard output of a filter.
type Filter = (Box<dyn AsyncWrite + Unpin>, Box<dyn AsyncRead + Unpin>);

/// A task that copies its input to its output, to the end. Each of the two pipes holds 64 KiB.
fn in_memory() -> Filter {
    let (ours, theirs) = io::duplex(64 * 1024);
    tokio::spawn(async {
        let (mut input, mut output) = io::split(theirs);
        io::copy(&mut input, &mut output).await?;
        output.shutdown().await
    });
    let (stdout, stdin) = io::split(ours);
    (Box::new(stdin), Box::new(stdout))
}

/// The program `cat`, which does the same.
fn cat() -> Result<Filter> {
    let (stdin, stdout) = (Stdio::piped(), Stdio::piped());
    let mut cat = Command::new("cat").stdin(stdin).stdout(stdout).spawn()?;
    let stdin = cat.stdin.take().expect("it is piped");
    let stdout = cat.stdout.take().expect("it is piped");
    Ok((Box::new(stdin), Box::new(stdout)))
}
// ANCHOR_END: filters

// ANCHOR: ways
async fn write(mut stdin: impl AsyncWrite + Unpin) -> Result<()> {
    stdin.write_all(&vec![b'.'; 1024 * KIB.load(Relaxed)]).await
}

/// Writes all of it, and says that this was all.
async fn send(mut stdin: impl AsyncWrite + Unpin) -> Result<()> {
    write(&mut stdin).await?;
    stdin.shutdown().await
}

/// Reads to the end, and counts the KiB.
async fn receive(mut stdout: impl AsyncRead + Unpin) -> Result<u64> {
    Ok(io::copy(&mut stdout, &mut io::sink()).await? / 1024)
}

async fn write_then_read((stdin, stdout): Filter) -> Result<u64> {
    send(stdin).await?;
    receive(stdout).await
}

async fn at_once((stdin, stdout): Filter) -> Result<u64> {
    Ok(try_join!(send(stdin), receive(stdout))?.1)
}
// ANCHOR_END: ways

// ANCHOR: traps
async fn drop_only((stdin, stdout): Filter) -> Result<u64> {
    Ok(try_join!(write(stdin), receive(stdout))?.1)
}

async fn no_drop((mut stdin, stdout): Filter) -> Result<u64> {
    Ok(try_join!(send(&mut stdin), receive(stdout))?.1)
}

async fn no_flush((stdin, mut stdout): Filter) -> Result<u64> {
    let mut stdin = BufWriter::new(stdin);
    stdin.write_all(b"a question").await?;
    stdout.read_u8().await.map(u64::from) // the answer
}
// ANCHOR_END: traps

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> anyhow::Result<()> {
    KIB.store(Args::parse().kib.into(), Relaxed);
    cat().context("cannot start `cat` (on Windows, Git has one in its folder usr\\bin)")?;
    println!("{:>36}{:>16}", "in memory", "cat");
    row("write_then_read", write_then_read, 1).await?;
    row("at_once", at_once, MONTH).await?;
    row("drop_only", drop_only, MONTH).await?;
    row("no_drop", no_drop, 1).await?;
    Ok(row("no_flush", no_flush, 1).await?)
}

/// `cat` has so many seconds of real time: virtual time does not see what a process does.
async fn row(name: &str, way: impl AsyncFn(Filter) -> Result<u64>, seconds: u64) -> Result<()> {
    let memory = timeout(Duration::from_secs(MONTH), way(in_memory())).await;
    resume();
    let cat = timeout(Duration::from_secs(seconds), way(cat()?)).await;
    pause();
    let end = |kib: Option<u64>| kib.map_or("stuck".into(), |kib| format!("{kib} KiB back"));
    let (memory, cat) = (memory.ok().transpose()?, cat.ok().transpose()?);
    println!("{name:20}{:>16}{:>16}", end(memory), end(cat));
    Ok(())
}
