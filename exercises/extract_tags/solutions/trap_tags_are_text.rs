// trap fails correct: a tag goes through a `String`, and bytes that are no text are replaced

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
        let tag = String::from_utf8_lossy(&record[..n.min(record.len())]);
        tags.push(Bytes::from(tag.into_owned()));
    }
    Ok(tags)
}
