// trap fails memory: what is split off is a view of the whole record

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
        let mut record = record;
        let n = n.min(record.len());
        tags.push(record.split_to(n));
    }
    Ok(tags)
}
