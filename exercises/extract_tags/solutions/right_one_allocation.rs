// right: all tags stand in one vector, and are cut from it when it is done

//! Why it is right: All tags lie in one vector, which grows with the tags and not with the records. Each `Bytes` is a view
//! of it, and what they pin are tags.
//!
//! In Node.js: `Buffer.concat` of copies, then `subarray` for each tag: one `ArrayBuffer` with nothing else in
//! it, if they are too large for the pool.

use std::io;

use bytes::Bytes;
use tokio_stream::{Stream, StreamExt};

/// Returns the first `n` bytes of each record.
pub async fn extract_tags<S>(mut records: S, n: usize) -> anyhow::Result<Vec<Bytes>>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let mut all = Vec::new();
    let mut ends = Vec::new();
    while let Some(record) = records.next().await {
        let record = record?;
        all.extend_from_slice(&record[..record.len().min(n)]);
        ends.push(all.len());
    }
    all.shrink_to_fit();
    let all = Bytes::from(all);
    let mut from = 0;
    Ok(ends
        .into_iter()
        .map(|end| all.slice(std::mem::replace(&mut from, end)..end))
        .collect())
}
