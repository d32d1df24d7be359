// trap fails memory: takes the allocation of the record over and shortens it, and its capacity stays

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
        let mut tag = Vec::from(record);
        tag.truncate(n);
        tags.push(tag.into());
    }
    Ok(tags)
}
