// trap fails correct: a week is the time for all of it, and an upload that takes longer is given up

use std::io;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::timeout;
use tokio_stream::{Stream, StreamExt};

/// What a stream of chunks contained. Keep the fields as they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// The length of all chunks together, in bytes.
    pub bytes: u64,
    /// The number of chunks, empty ones included.
    pub chunks: u64,
    /// The length of the longest chunk, in bytes; 0 if there was none.
    pub largest: usize,
    /// The sum of all bytes, each taken as a number from 0 to 255.
    pub checksum: u64,
}

impl Summary {
    fn add(&mut self, chunk: &[u8]) {
        self.bytes += chunk.len() as u64;
        self.chunks += 1;
        self.largest = self.largest.max(chunk.len());
        self.checksum += chunk.iter().map(|&b| u64::from(b)).sum::<u64>();
    }
}

pub async fn summarize<S>(mut chunks: S) -> anyhow::Result<Summary>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let all = async {
        let mut summary = Summary::default();
        while let Some(chunk) = chunks.next().await {
            summary.add(&chunk?);
        }
        Ok(summary)
    };
    timeout(Duration::from_secs(7 * 24 * 3600), all).await?
}
