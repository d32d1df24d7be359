// trap fails memory, cancel: each record is given to a task that drops it a minute later

use std::io;

use bytes::Bytes;
use tokio_stream::{Stream, StreamExt};

/// Returns the first `n` bytes of each record.
pub async fn extract_tags<S>(mut records: S, n: usize) -> anyhow::Result<Vec<Bytes>>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let mut tags = Vec::new();
    while let Some(record) = records.next().await {
        let record = record?;
        tags.push(Bytes::copy_from_slice(&record[..record.len().min(n)]));
        tokio::spawn(async move {
            tokio::time::sleep(std::time::Duration::from_secs(60)).await;
            drop(record);
        });
    }
    Ok(tags)
}
