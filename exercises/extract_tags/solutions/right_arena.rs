// right: an arena: tags are cut from blocks that hold nothing but tags

//! Why it is right: a tag is a view here too, but of a block in which every byte is a tag that is kept. One
//! allocation serves 512 tags of 16 bytes.
//!
//! In Node.js: `Buffer.from(view)`, which cuts small copies out of a pool of 8 KiB (64 KiB in newer versions) in the same way.

use std::io;

use bytes::{Bytes, BytesMut};
use tokio_stream::{Stream, StreamExt};

/// Bytes of a block.
const BLOCK: usize = 8 * 1024;

pub async fn extract_tags<S>(mut records: S, n: usize) -> anyhow::Result<Vec<Bytes>>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let mut arena = BytesMut::new();
    let mut tags = Vec::new();
    while let Some(record) = records.next().await {
        let record = record?;
        let tag = &record[..n.min(record.len())];
        if arena.capacity() < tag.len() {
            arena = BytesMut::with_capacity(tag.len().max(BLOCK));
        }
        arena.extend_from_slice(tag);
        tags.push(arena.split().freeze());
    }
    Ok(tags)
}
