// trap fails errors: a record that is an error is left out

use std::io;

use bytes::Bytes;
use tokio_stream::{Stream, StreamExt};

pub async fn extract_tags<S>(mut records: S, n: usize) -> anyhow::Result<Vec<Bytes>>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let mut tags = Vec::new();
    while let Some(record) = records.next().await {
        let Ok(record) = record else { continue };
        let tag = &record[..n.min(record.len())];
        tags.push(Bytes::copy_from_slice(tag));
    }
    Ok(tags)
}
