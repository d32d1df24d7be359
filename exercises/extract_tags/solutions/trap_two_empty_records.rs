// trap fails correct: two empty records in a row are taken for the end

use std::io;

use bytes::Bytes;
use tokio_stream::{Stream, StreamExt};

pub async fn extract_tags<S>(mut records: S, n: usize) -> anyhow::Result<Vec<Bytes>>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let mut tags: Vec<Bytes> = Vec::new();
    let mut empties = 0;
    while let Some(record) = records.next().await {
        let record = record?;
        if record.is_empty() {
            empties += 1
        } else {
            empties = 0
        }
        tags.push(Bytes::copy_from_slice(&record[..n.min(record.len())]));
        if empties == 2 {
            break;
        }
    }
    Ok(tags)
}
