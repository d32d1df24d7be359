// trap fails memory: a handle of every 64th chunk is kept to the end of the program

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
    let mut sum = Summary::default();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        sum.bytes += chunk.len() as u64;
        sum.chunks += 1;
        sum.largest = sum.largest.max(chunk.len());
        if sum.chunks % 64 == 1 {
            std::mem::forget(chunk.clone());
        }
        sum.checksum += chunk.iter().map(|&b| u64::from(b)).sum::<u64>();
    }
    Ok(sum)
}
