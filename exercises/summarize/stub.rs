//! Exercise `summarize`: the task is in `README.md`, three hints are in `hints.md`.

use std::io;

use bytes::Bytes;
use tokio_stream::Stream;

// ANCHOR: signature
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

/// Sums up `chunks`, which is read to its end.
///
/// # Errors
///
/// The first error in `chunks`, which is not polled again after it.
pub async fn summarize<S>(chunks: S) -> anyhow::Result<Summary>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let _ = chunks;
    todo!("sum up the chunks")
}
// ANCHOR_END: signature
