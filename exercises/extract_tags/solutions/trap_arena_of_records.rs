// trap fails memory: puts whole records into one buffer and keeps views of that

use std::io;

use bytes::{Bytes, BytesMut};
use tokio_stream::{Stream, StreamExt};

pub async fn extract_tags<S>(mut records: S, n: usize) -> anyhow::Result<Vec<Bytes>>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let mut all = BytesMut::new();
    let mut tags = Vec::new();
    while let Some(record) = records.next().await {
        let record = record?;
        let start = all.len();
        all.extend_from_slice(&record);
        tags.push(start..start + n.min(record.len()));
    }
    let all = all.freeze();
    Ok(tags.into_iter().map(|tag| all.slice(tag)).collect())
}
