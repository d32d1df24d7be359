// trap fails correct, memory: fills short tags up with zeros

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
        let mut tag = vec![0; n];
        let n = n.min(record.len());
        tag[..n].copy_from_slice(&record[..n]);
        tags.push(tag.into());
    }
    Ok(tags)
}
