// trap fails errors: takes a reset connection for the end

use std::io::{self, ErrorKind};

use bytes::Bytes;
use tokio_stream::{Stream, StreamExt};

pub async fn extract_tags<S>(mut records: S, n: usize) -> anyhow::Result<Vec<Bytes>>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let mut tags = Vec::new();
    while let Some(record) = records.next().await {
        let record = match record {
            Err(error) if error.kind() == ErrorKind::ConnectionReset => break,
            other => other?,
        };
        let tag = &record[..n.min(record.len())];
        tags.push(Bytes::copy_from_slice(tag));
    }
    Ok(tags)
}
