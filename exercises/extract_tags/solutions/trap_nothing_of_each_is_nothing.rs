// trap fails correct: with `n = 0` it returns no tags instead of empty ones

use std::io;

use bytes::Bytes;
use tokio_stream::{Stream, StreamExt};

/// Returns the first `n` bytes of each record.
pub async fn extract_tags<S>(mut records: S, n: usize) -> anyhow::Result<Vec<Bytes>>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let mut tags = Vec::new();
    if n == 0 {
        return Ok(tags);
    }
    while let Some(record) = records.next().await {
        let record = record?;
        tags.push(Bytes::copy_from_slice(&record[..record.len().min(n)]));
    }
    Ok(tags)
}
