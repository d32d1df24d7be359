// trap fails memory: copies from large records and keeps views of small ones, of which there are more

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
        let tag = &record[..n.min(record.len())];
        tags.push(if record.len() > 16 * 1024 {
            Bytes::copy_from_slice(tag)
        } else {
            record.slice_ref(tag)
        });
    }
    Ok(tags)
}
