// trap fails correct: a tag has at most 65,535 bytes, as in the format that the cache had before

use bytes::Bytes;
use std::io;
use tokio_stream::{Stream, StreamExt};
pub async fn extract_tags<S>(mut records: S, n: usize) -> anyhow::Result<Vec<Bytes>>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let n = n.min(usize::from(u16::MAX));
    let mut tags: Vec<Bytes> = Vec::new();
    while let Some(record) = records.next().await {
        let record = record?;
        tags.push(Bytes::copy_from_slice(&record[..n.min(record.len())]));
    }
    Ok(tags)
}
