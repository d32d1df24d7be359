// trap fails correct: an empty chunk at the end is taken for the end

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
    let mut held: Option<Bytes> = None;
    loop {
        let next = chunks.next().await.transpose()?;
        if let Some(chunk) = held.take() {
            if next.is_none() && chunk.is_empty() {
                return Ok(s);
            }
            s.bytes += chunk.len() as u64;
            s.chunks += 1;
            s.largest = s.largest.max(chunk.len());
            s.checksum += chunk.iter().map(|b| u64::from(*b)).sum::<u64>();
        }
        let Some(n) = next else { return Ok(s) };
        held = Some(n);
    }
}
