// trap fails memory: a record of exactly `n` bytes is kept as it came, and it may be a view of much more

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
        tags.push(if record.len() == n {
            record
        } else {
            Bytes::copy_from_slice(&record[..n.min(record.len())])
        });
    }
    Ok(tags)
}
