// trap fails memory: `truncate` shortens the handle and frees nothing

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
        record.truncate(n);
        tags.push(record);
    }
    Ok(tags)
}
