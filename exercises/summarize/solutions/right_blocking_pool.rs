// right: a job of the blocking pool adds up, behind a channel of eight chunks

//! Why it is right: the channel's bound and the size of a chunk are the bound of memory, and `send` waits for a
//! free place. An error returns at once; the sending half is dropped with it, and the job ends with its loop.
//!
//! In Node.js: a `worker_threads` Worker, and a loop that waits while eight chunks are unanswered.

use std::io;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
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

impl Summary {
    fn add(&mut self, chunk: &[u8]) {
        self.bytes += chunk.len() as u64;
        self.chunks += 1;
        self.largest = self.largest.max(chunk.len());
        self.checksum += chunk.iter().map(|&b| u64::from(b)).sum::<u64>();
    }
}

pub async fn summarize<S>(mut chunks: S) -> anyhow::Result<Summary>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let (sender, mut receiver) = mpsc::channel::<Bytes>(8);
    let adder = spawn_blocking(move || {
        let mut summary = Summary::default();
        while let Some(chunk) = receiver.blocking_recv() {
            summary.add(&chunk);
        }
        summary
    });
    while let Some(chunk) = chunks.next().await {
        sender.send(chunk?).await?;
    }
    drop(sender);
    Ok(adder.await?)
}
