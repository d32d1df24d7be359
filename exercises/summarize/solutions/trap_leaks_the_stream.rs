// trap fails cancel, memory: leaks the stream, so it stays open after the answer and after the caller has gone

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

impl Summary {
    fn add(&mut self, chunk: &[u8]) {
        self.bytes += chunk.len() as u64;
        self.chunks += 1;
        self.largest = self.largest.max(chunk.len());
        self.checksum += chunk.iter().map(|&b| u64::from(b)).sum::<u64>();
    }
}

pub async fn summarize<S>(chunks: S) -> anyhow::Result<Summary>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let chunks = Box::leak(Box::new(chunks));
    let mut summary = Summary::default();
    while let Some(chunk) = chunks.next().await {
        summary.add(&chunk?);
    }
    Ok(summary)
}
