// trap fails correct: `n + 1` overflows for `usize::MAX`

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
        let end = if record.len() < n + 1 {
            record.len()
        } else {
            n
        };
        tags.push(Bytes::copy_from_slice(&record[..end]));
    }
    Ok(tags)
}
