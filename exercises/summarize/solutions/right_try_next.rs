// right: asks for the next chunk with `try_next`, where an error is an error and not an item

//! Why it is right: `try_next` turns an item inside out, from `Option<Result>` to `Result<Option>`,
//! so that `?` leaves at an error and `while let` at the end. The fields are kept in plain variables.
//!
//! In Node.js: `while (!(item = await iterator.next()).done)` over an async iterator.

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

pub async fn summarize<S>(mut chunks: S) -> anyhow::Result<Summary>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let (mut bytes, mut count, mut largest, mut checksum) = (0, 0, 0, 0);
    while let Some(chunk) = chunks.try_next().await? {
        bytes += chunk.len() as u64;
        count += 1;
        largest = largest.max(chunk.len());
        checksum += chunk.iter().map(|&b| u64::from(b)).sum::<u64>();
    }
    Ok(Summary {
        bytes,
        chunks: count,
        largest,
        checksum,
    })
}
