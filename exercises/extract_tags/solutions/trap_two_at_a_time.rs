// trap fails errors: takes records in twos, and an error in the second place is lost

use std::io;

use bytes::Bytes;
use tokio_stream::{Stream, StreamExt};

pub async fn extract_tags<S>(mut records: S, n: usize) -> anyhow::Result<Vec<Bytes>>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let mut tags: Vec<Bytes> = Vec::new();
    loop {
        let Some(first) = records.next().await else {
            return Ok(tags);
        };
        let first = first?;
        tags.push(Bytes::copy_from_slice(&first[..n.min(first.len())]));
        let Some(Ok(second)) = records.next().await else {
            return Ok(tags);
        };
        tags.push(Bytes::copy_from_slice(&second[..n.min(second.len())]));
    }
}
