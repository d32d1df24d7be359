// trap fails correct: adds up each chunk in 32 bits, which 16 MiB of 255 overflow

use bytes::Bytes;
use std::io;
use tokio_stream::{Stream, StreamExt};
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    pub bytes: u64,
    pub chunks: u64,
    pub largest: usize,
    pub checksum: u64,
}

pub async fn summarize<S>(mut chunks: S) -> anyhow::Result<Summary>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let mut s = Summary::default();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        s.bytes += chunk.len() as u64;
        s.chunks += 1;
        s.largest = s.largest.max(chunk.len());
        s.checksum += u64::from(
            chunk
                .iter()
                .fold(0u32, |a, b| a.wrapping_add(u32::from(*b))),
        );
    }
    Ok(s)
}
