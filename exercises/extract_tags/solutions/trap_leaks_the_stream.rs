// trap fails cancel: leaks the stream, so it stays open after the answer and after the caller has gone

use std::io;

use bytes::Bytes;
use tokio_stream::{Stream, StreamExt};

pub async fn extract_tags<S>(records: S, n: usize) -> anyhow::Result<Vec<Bytes>>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let records = Box::leak(Box::new(records));
    let mut tags = Vec::new();
    while let Some(record) = records.next().await {
        let record = record?;
        let tag = &record[..n.min(record.len())];
        tags.push(Bytes::copy_from_slice(tag));
    }
    Ok(tags)
}
