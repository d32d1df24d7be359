// trap fails correct: gives the whole stream a day, and nobody promised that it ends by then

use bytes::Bytes;
use std::io;
use std::time::Duration;
use tokio_stream::{Stream, StreamExt};
pub async fn extract_tags<S>(mut records: S, n: usize) -> anyhow::Result<Vec<Bytes>>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let all = async {
        let mut tags: Vec<Bytes> = Vec::new();
        while let Some(record) = records.next().await {
            let record = record?;
            tags.push(Bytes::copy_from_slice(&record[..n.min(record.len())]));
        }
        Ok(tags)
    };
    tokio::time::timeout(Duration::from_secs(24 * 3600), all).await?
}
