// trap fails memory: copies the record into a `BytesMut` and keeps a part of that

use std::io;

use bytes::{Bytes, BytesMut};
use tokio_stream::{Stream, StreamExt};

pub async fn extract_tags<S>(mut records: S, n: usize) -> anyhow::Result<Vec<Bytes>>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let mut tags = Vec::new();
    while let Some(record) = records.next().await {
        let record = record?;
        let mut copy = BytesMut::from(&record[..]);
        let n = n.min(copy.len());
        tags.push(copy.split_to(n).freeze());
    }
    Ok(tags)
}
