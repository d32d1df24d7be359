// trap fails correct: records of fewer than `n` bytes have no tag

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
        if let Some(tag) = record.get(..n) {
            tags.push(Bytes::copy_from_slice(tag));
        }
    }
    Ok(tags)
}
