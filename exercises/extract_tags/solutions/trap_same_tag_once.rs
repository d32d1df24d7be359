// trap fails correct: a tag that is the same as the one before is left out

use std::io;

use bytes::Bytes;
use tokio_stream::{Stream, StreamExt};

/// Returns the first `n` bytes of each record.
pub async fn extract_tags<S>(mut records: S, n: usize) -> anyhow::Result<Vec<Bytes>>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let mut tags: Vec<Bytes> = Vec::new();
    while let Some(record) = records.next().await {
        let record = record?;
        let tag = &record[..record.len().min(n)];
        if tag.is_empty() || tags.last().is_none_or(|last| last != tag) {
            tags.push(Bytes::copy_from_slice(tag));
        }
    }
    Ok(tags)
}
