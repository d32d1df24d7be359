// trap fails memory: a `static` holds the last chunk of each stream until it returns, and for ever if it is dropped

use bytes::Bytes;
use std::collections::HashMap;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio_stream::{Stream, StreamExt};
static JOBS: Mutex<Option<HashMap<u64, (Summary, Bytes)>>> = Mutex::new(None);
static ID: AtomicU64 = AtomicU64::new(0);
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
    let id = ID.fetch_add(1, Ordering::Relaxed);
    let mut s = Summary::default();
    let r = loop {
        let chunk = match chunks.next().await {
            None => break Ok(s),
            Some(Err(e)) => break Err(e.into()),
            Some(Ok(c)) => c,
        };
        s.bytes += chunk.len() as u64;
        s.chunks += 1;
        s.largest = s.largest.max(chunk.len());
        s.checksum += chunk.iter().map(|b| u64::from(*b)).sum::<u64>();
        JOBS.lock()
            .unwrap()
            .get_or_insert_default()
            .insert(id, (s, chunk));
    };
    JOBS.lock().unwrap().get_or_insert_default().remove(&id);
    r
}
