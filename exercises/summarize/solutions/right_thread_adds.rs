// right: a thread adds up what comes through a channel of four chunks

//! Why it is right: four chunks wait at the most, and the thread ends with its loop. It blocks the caller's thread while
//! the channel is full, and so all other tasks there: `right_blocking_pool` waits with `.await`.
//!
//! In Node.js: a `worker_threads` Worker and `Atomics.wait`, which the main thread should not do either.

use std::io;

use bytes::Bytes;
use tokio_stream::{Stream, StreamExt};

/// What a stream of chunks contained. Keep the fields as they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// The length of all chunks together, in bytes.
    pub bytes: u64,
    /// The number of chunks, empty ones included.
    pub chunks: u64,
    /// The length of the longest chunk, in bytes; 0 if there was none.
    pub largest: usize,
    /// The sum of all bytes, each taken as a number from 0 to 255.
    pub checksum: u64,
}

/// Sums up `chunks`.
pub async fn summarize<S>(mut chunks: S) -> anyhow::Result<Summary>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let (sender, receiver) = std::sync::mpsc::sync_channel::<Bytes>(4);
    let adder = std::thread::spawn(move || {
        let mut sum = Summary::default();
        for chunk in receiver {
            sum.bytes += chunk.len() as u64;
            sum.chunks += 1;
            sum.largest = sum.largest.max(chunk.len());
            sum.checksum += chunk.iter().map(|&b| u64::from(b)).sum::<u64>();
        }
        sum
    });
    while let Some(chunk) = chunks.next().await {
        sender.send(chunk?)?;
    }
    drop(sender);
    adder
        .join()
        .map_err(|_| anyhow::anyhow!("the thread panicked"))
}
