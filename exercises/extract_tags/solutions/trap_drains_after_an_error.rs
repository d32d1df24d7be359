// trap fails errors: after an error it reads the stream to its end, so that the sender is not disturbed

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
        match record {
            Ok(record) => tags.push(Bytes::copy_from_slice(&record[..record.len().min(n)])),
            Err(e) => {
                while records.next().await.is_some() {}
                return Err(e.into());
            }
        }
    }
    Ok(tags)
}
