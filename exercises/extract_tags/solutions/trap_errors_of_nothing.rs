// trap fails errors: with `n = 0` it counts what comes, and an error is no record

use std::io;

use bytes::Bytes;
use tokio_stream::{Stream, StreamExt};

pub async fn extract_tags<S>(mut records: S, n: usize) -> anyhow::Result<Vec<Bytes>>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let mut tags = Vec::new();
    if n == 0 {
        while records.next().await.is_some() {
            tags.push(Bytes::new());
        }
        return Ok(tags);
    }
    while let Some(record) = records.next().await {
        let record = record?;
        tags.push(Bytes::copy_from_slice(&record[..n.min(record.len())]));
    }
    Ok(tags)
}
