// trap fails memory: the last tag is a view of its record

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
        if let Some(last) = tags.last_mut() {
            *last = Bytes::copy_from_slice(last);
        }
        tags.push(record.slice(..record.len().min(n)));
    }
    Ok(tags)
}
