// trap fails errors: an error counts only as long as there is no tag

use std::io;

use bytes::Bytes;
use tokio_stream::{Stream, StreamExt};

/// Returns the first `n` bytes of each record.
pub async fn extract_tags<S>(mut records: S, n: usize) -> anyhow::Result<Vec<Bytes>>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let mut tags = Vec::new();
    while let Some(record) = records.next().await {
        match record {
            Ok(record) => tags.push(Bytes::copy_from_slice(&record[..record.len().min(n)])),
            Err(e) if tags.is_empty() => return Err(e.into()),
            Err(_) => break,
        }
    }
    Ok(tags)
}
