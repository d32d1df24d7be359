// trap fails memory, correct: room for `n` bytes each, however few there are

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
        let record = record?;
        let mut tag = bytes::BytesMut::with_capacity(n);
        tag.extend_from_slice(&record[..record.len().min(n)]);
        tags.push(tag.freeze());
    }
    Ok(tags)
}
