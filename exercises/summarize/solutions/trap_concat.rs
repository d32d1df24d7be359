// trap fails memory: joins all chunks into one buffer

use std::io;

use bytes::{Bytes, BytesMut};
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

pub async fn summarize<S>(mut chunks: S) -> anyhow::Result<Summary>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let mut all = BytesMut::new();
    let (mut count, mut largest) = (0, 0);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        count += 1;
        largest = largest.max(chunk.len());
        all.extend_from_slice(&chunk);
    }
    Ok(Summary {
        bytes: all.len() as u64,
        chunks: count,
        largest,
        checksum: all.iter().map(|&b| u64::from(b)).sum(),
    })
}
