//! Receives an upload three ways and shows how much of it is in memory at the worst moment.
//!
//! ```sh
//! cargo run --example ten_gigabytes
//! cargo run --example ten_gigabytes -- 100   # an upload of 100 GiB
//! ```

use anyhow::{Result, ensure};
use clap::Parser;
use meter::heap;
use tokio::{sync::mpsc, task::yield_now};
use tokio_stream::wrappers::{ReceiverStream, UnboundedReceiverStream};
use tokio_stream::{Stream, StreamExt};

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

/// Receives an upload three ways and shows how much of it is in memory at the worst moment.
#[derive(Parser)]
#[command(bin_name = "cargo run --example ten_gigabytes --")]
struct Args {
    /// Size of the largest upload, in GiB
    #[arg(default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1024))]
    gib: u32,
}

const CHUNK: usize = 64 * 1024;

// ANCHOR: ends
/// The network: one turn brings one chunk. The bytes are made here, so that no file is needed.
struct Upload(usize);
impl Upload {
    async fn next(&mut self) -> Option<Vec<u8>> {
        yield_now().await;
        self.0 = self.0.checked_sub(CHUNK)?; // `None` at the end
        Some(vec![b'.'; CHUNK])
    }
}

/// The disk: half as fast, two turns for one chunk. It only counts what it is given.
struct Disk(usize);
impl Disk {
    async fn write(&mut self, bytes: &[u8]) {
        for _turn in 0..2 * bytes.len() / CHUNK {
            yield_now().await;
        }
        self.0 += bytes.len();
    }
}
// ANCHOR_END: ends

// ANCHOR: whole
async fn whole(mut upload: Upload, mut disk: Disk) -> Result<Disk> {
    let mut body = Vec::with_capacity(upload.0); // without the size, up to twice as much
    while let Some(chunk) = upload.next().await {
        body.extend(chunk);
    }
    disk.write(&body).await;
    Ok(disk)
}
// ANCHOR_END: whole

// ANCHOR: streams
async fn unbounded(mut upload: Upload, disk: Disk) -> Result<Disk> {
    let (queue, chunks) = mpsc::unbounded_channel();
    let writer = tokio::spawn(save(UnboundedReceiverStream::new(chunks), disk));
    while let Some(chunk) = upload.next().await {
        queue.send(chunk)?; // never waits
    }
    drop(queue); // closes it: the writer comes to the end
    Ok(writer.await?)
}

async fn bounded(mut upload: Upload, disk: Disk) -> Result<Disk> {
    let (queue, chunks) = mpsc::channel(4);
    let writer = tokio::spawn(save(ReceiverStream::new(chunks), disk));
    while let Some(chunk) = upload.next().await {
        queue.send(chunk).await?; // waits while four chunks are in the queue
    }
    drop(queue);
    Ok(writer.await?)
}
// ANCHOR_END: streams

// ANCHOR: save
async fn save(mut chunks: impl Stream<Item = Vec<u8>> + Unpin, mut disk: Disk) -> Disk {
    while let Some(chunk) = chunks.next().await {
        disk.write(&chunk).await;
    }
    disk
}
// ANCHOR_END: save

/// Runs one version and returns the peak of the live heap, in MiB.
async fn peak(version: impl AsyncFn(Upload, Disk) -> Result<Disk>, mib: usize) -> Result<f64> {
    heap::reset_peak();
    let disk = version(Upload(mib << 20), Disk(0)).await?;
    ensure!(disk.0 == mib << 20, "only {} bytes arrived", disk.0);
    Ok(heap::peak() as f64 / (1 << 20) as f64)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let gib = Args::parse().gib;
    let scale = f64::from(gib) / 256.0; // of the 256 MiB run, in GiB
    println!("peak live heap, when the disk is half as fast as the network\n");
    println!("an upload of                  64 MiB     256 MiB {gib:7} GiB");
    let (a, b) = (peak(whole, 64).await?, peak(whole, 256).await?);
    let c = b * scale;
    println!("whole, in one Vec       {a:8.0} MiB{b:8.0} MiB{c:8.1} GiB *");
    let (a, b) = (peak(unbounded, 64).await?, peak(unbounded, 256).await?);
    let c = b * scale;
    println!("stream, unbounded queue {a:8.0} MiB{b:8.0} MiB{c:8.1} GiB *");
    let (a, b) = (peak(bounded, 64).await?, peak(bounded, 256).await?);
    let c = peak(bounded, gib as usize * 1024).await?;
    println!("stream, bounded queue   {a:8.1} MiB{b:8.1} MiB{c:8.1} MiB");
    println!("\n* not run: the 256 MiB run, times {}", gib * 4);
    Ok(())
}
