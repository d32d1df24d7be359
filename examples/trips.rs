//! Reads one file to its end in six ways, and counts the trips to the pool of blocking threads.
//!
//! ```sh
//! cargo run --example trips
//! cargo run --example trips -- 512   # a file of 512 MiB
//! ```

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::{fs::File, io::prelude::*};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use meter::heap;
use tokio::io::{AsyncRead, BufReader, copy, copy_buf, sink};
use tokio::{runtime::Builder, sync::mpsc, task};
use tokio_stream::StreamExt;
use tokio_util::io::{InspectReader, ReaderStream};

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

/// Reads one file to its end in six ways, and counts the trips to the pool of blocking threads.
#[derive(Parser)]
#[command(bin_name = "cargo run --example trips --")]
struct Args {
    /// Size of the file, in MiB
    #[arg(default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1024))]
    mib: u16,
}

static TRIPS: AtomicUsize = AtomicUsize::new(0);
static READS: AtomicUsize = AtomicUsize::new(0); // of `ahead`, all in one trip

// ANCHOR: many
/// Tokio's `File`. Each of its reads is a trip, and is counted when it is back.
fn counted(file: File) -> impl AsyncRead + Unpin {
    let file = tokio::fs::File::from_std(file);
    InspectReader::new(file, |_bytes| _ = TRIPS.fetch_add(1, Relaxed))
}

async fn stream(file: File) -> Result<u64> {
    let (mut chunks, mut total) = (ReaderStream::new(counted(file)), 0);
    while let Some(chunk) = chunks.next().await {
        total += chunk?.len() as u64;
    }
    Ok(total)
}

async fn plain(file: File) -> Result<u64> {
    Ok(copy(&mut counted(file), &mut sink()).await?)
}

async fn buffered<const SIZE: usize>(file: File) -> Result<u64> {
    let mut file = BufReader::with_capacity(SIZE, counted(file));
    Ok(copy_buf(&mut file, &mut sink()).await?)
}
// ANCHOR_END: many

// ANCHOR: one
async fn ahead(mut file: File) -> Result<u64> {
    let (queue, mut chunks) = mpsc::channel(4);
    let reader = task::spawn_blocking(move || {
        TRIPS.fetch_add(1, Relaxed);
        loop {
            let mut chunk = vec![0; 64 * 1024];
            let n = file.read(&mut chunk)?; // std's `File`: this thread waits
            chunk.truncate(n);
            READS.fetch_add(1, Relaxed);
            if n == 0 || queue.blocking_send(chunk).is_err() {
                return anyhow::Ok(()); // the end, or nobody wants more
            }
        }
    });
    let mut total = 0;
    while let Some(chunk) = chunks.recv().await {
        while READS.load(Relaxed) < 6 && !reader.is_finished() {
            task::yield_now().await; // so slow that the reader is held back
        }
        total += chunk.len() as u64;
    }
    reader.await??; // a read may have failed
    Ok(total)
}
// ANCHOR_END: one

async fn whole(mut file: File) -> Result<u64> {
    let job = task::spawn_blocking(move || {
        TRIPS.fetch_add(1, Relaxed);
        file.read_to_end(&mut Vec::new()) // as `std::fs::read` does
    });
    Ok(job.await?? as u64)
}

async fn row(name: &str, mut file: &File, way: impl AsyncFn(File) -> Result<u64>) -> Result<()> {
    file.rewind()?;
    let (before, ()) = (heap::live(), heap::reset_peak());
    let total = way(file.try_clone()?).await?;
    let peak = (heap::peak() - before + 4096) / 8192 * 8; // the runtime allocates a little, too
    println!("{name:32}{:8}{peak:12} KiB", TRIPS.swap(0, Relaxed));
    ensure!(total == file.metadata()?.len(), "only {total} bytes came");
    Ok(())
}

fn main() -> Result<()> {
    let mib = usize::from(Args::parse().mib);
    let mut runtime = Builder::new_current_thread();
    runtime.max_blocking_threads(1); // more would do, and how many start differs from run to run
    runtime.build()?.block_on(async {
        let mut file = tempfile::tempfile().context("no temporary file")?; // without a name
        file.write_all(&vec![0; mib << 20]).context("a full disk")?;
        println!("a file of {mib:4} MiB                  trips  peak live heap");
        row("ReaderStream::new", &file, stream).await?;
        row("copy", &file, plain).await?;
        row("copy_buf, BufReader of 64 KiB", &file, buffered::<65536>).await?;
        row("copy_buf, BufReader of 1 MiB", &file, buffered::<1048576>).await?;
        row("spawn_blocking, a channel of 4", &file, ahead).await?;
        row("spawn_blocking, as fs::read", &file, whole).await
    })
}
