// trap fails correct: a stream that is silent for ten seconds counts as ended

use std::io;

use bytes::Bytes;
use tokio_stream::{Stream, StreamExt};

/// Returns the first `n` bytes of each record.
pub async fn extract_tags<S>(mut records: S, n: usize) -> anyhow::Result<Vec<Bytes>>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let mut tags = Vec::new();
    let wait = std::time::Duration::from_secs(10);
    while let Ok(Some(record)) = tokio::time::timeout(wait, records.next()).await {
        let record = record?;
        tags.push(Bytes::copy_from_slice(&record[..record.len().min(n)]));
    }
    Ok(tags)
}
