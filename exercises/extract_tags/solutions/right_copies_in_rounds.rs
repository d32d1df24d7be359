// right: views, and as soon as they hold 512 KiB of records they are replaced by copies

//! Why it is right: a view pins its record until the next round, and a round is over when the records of 512 KiB are
//! pinned. The limit counts their lengths: a record that is a view itself pins more, for as long as a round lasts.
//!
//! In Node.js: push `chunk.subarray(0, n)`, add up `chunk.length`, and replace what was pushed by `Buffer.from(view)`.

use std::io;

use bytes::Bytes;
use tokio_stream::{Stream, StreamExt};

/// Returns the first `n` bytes of each record.
pub async fn extract_tags<S>(mut records: S, n: usize) -> anyhow::Result<Vec<Bytes>>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let mut tags: Vec<Bytes> = Vec::new();
    let (mut copied, mut held) = (0, 0);
    loop {
        let record = records.next().await.transpose()?;
        let last = record.is_none();
        if let Some(record) = record {
            held += record.len();
            tags.push(record.slice(..record.len().min(n)));
        }
        if last || held >= 512 * 1024 {
            for tag in &mut tags[copied..] {
                *tag = Bytes::copy_from_slice(tag);
            }
            copied = tags.len();
            held = 0;
        }
        if last {
            return Ok(tags);
        }
    }
}
