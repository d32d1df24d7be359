// right: gathers up to 64 KiB of chunks before it adds them up

//! Why it is right: what is gathered has a limit of 64 KiB, and a chunk that is longer is added up where it is. Nothing is
//! gained for chunks in memory; it would pay where each scan has a price of its own.
//!
//! In Node.js: a `Buffer.alloc(65536)` and `chunk.copy(block, at)`.

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
    let mut block: Vec<u8> = Vec::with_capacity(64 * 1024);
    loop {
        let chunk = chunks.next().await.transpose()?;
        let full = chunk
            .as_ref()
            .is_none_or(|chunk| block.len() + chunk.len() > block.capacity());
        if full {
            sum.checksum += block.iter().map(|&b| u64::from(b)).sum::<u64>();
            block.clear();
        }
        let Some(chunk) = chunk else {
            return Ok(sum);
        };
        sum.bytes += chunk.len() as u64;
        sum.chunks += 1;
        sum.largest = sum.largest.max(chunk.len());
        if chunk.len() > block.capacity() {
            sum.checksum += chunk.iter().map(|&b| u64::from(b)).sum::<u64>();
        } else {
            block.extend_from_slice(&chunk);
        }
    }
}
