// trap fails memory: makes room for 4 KiB a tag, and the room stays

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
        let mut copy = Vec::with_capacity(4096);
        copy.extend_from_slice(tag);
        tags.push(copy.into());
    }
    Ok(tags)
}
