// right: copies the tag into memory of its own

//! Why it is right: the copy has an allocation of as many bytes as it shows. The record is dropped at the end of
//! each turn, with the last handle to its memory.
//!
//! In Node.js: `tags.push(Uint8Array.prototype.slice.call(record, 0, n))`, which copies; `record.subarray(0, n)` is a
//! view of the whole record.

use std::io;

use bytes::Bytes;
use tokio_stream::{Stream, StreamExt};

pub async fn extract_tags<S>(mut records: S, n: usize) -> anyhow::Result<Vec<Bytes>>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let mut tags = Vec::new();
    while let Some(record) = records.next().await {
        let record = record?;
        let tag = &record[..n.min(record.len())];
        tags.push(Bytes::copy_from_slice(tag));
    }
    Ok(tags)
}
