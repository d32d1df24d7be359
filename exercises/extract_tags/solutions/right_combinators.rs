// right: `map` cuts, `collect` into a `Result` stops at the first error

//! Why it is right: `map` is lazy, so each record is dropped before the next is asked for. What is collected is tags.
//!
//! In Node.js: `await records.map((record) => Buffer.copyBytesFrom(record, 0, n)).toArray()`.

use std::io;

use bytes::Bytes;
use tokio_stream::{Stream, StreamExt};

pub async fn extract_tags<S>(records: S, n: usize) -> anyhow::Result<Vec<Bytes>>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let tag = |record: Bytes| Bytes::copy_from_slice(&record[..n.min(record.len())]);
    let tags: io::Result<Vec<Bytes>> = records.map(|record| record.map(tag)).collect().await;
    Ok(tags?)
}
