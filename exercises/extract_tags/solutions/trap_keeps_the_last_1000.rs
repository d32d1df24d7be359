// trap fails memory: keeps the last 1,000 records, so that one can be looked at again

use std::collections::VecDeque;
use std::io;

use bytes::Bytes;
use tokio_stream::{Stream, StreamExt};

pub async fn extract_tags<S>(mut records: S, n: usize) -> anyhow::Result<Vec<Bytes>>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let mut last = VecDeque::new();
    let mut tags = Vec::new();
    while let Some(record) = records.next().await {
        let record = record?;
        let tag = &record[..n.min(record.len())];
        tags.push(Bytes::copy_from_slice(tag));
        last.push_back(record);
        if last.len() > 1000 {
            last.pop_front();
        }
    }
    Ok(tags)
}
