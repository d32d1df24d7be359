// right: a vector made from the short slice has no more room than it needs

//! Why it is right: `to_vec` of a slice allocates its length. The other way round, `record.to_vec()` and then
//! `truncate`, allocates the record's length, and keeps it.
//!
//! In Node.js: `Buffer.copyBytesFrom(record, 0, n)`.

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
        tags.push(tag.to_vec().into());
    }
    Ok(tags)
}
