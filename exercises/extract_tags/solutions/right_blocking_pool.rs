// right: a job of the blocking pool copies the tags, behind a channel of one record

//! Why it is right: at most three records are alive, one in each hand and one in the channel. On an error the sender
//! is dropped, and the job ends with its loop.
//!
//! In Node.js: a `worker_threads` Worker that posts back the copies.

use std::io;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio_stream::{Stream, StreamExt};

pub async fn extract_tags<S>(mut records: S, n: usize) -> anyhow::Result<Vec<Bytes>>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let (sender, mut receiver) = mpsc::channel::<Bytes>(1);
    let cutter = spawn_blocking(move || {
        let mut tags = Vec::new();
        while let Some(record) = receiver.blocking_recv() {
            tags.push(Bytes::copy_from_slice(&record[..n.min(record.len())]));
        }
        tags
    });
    while let Some(record) = records.next().await {
        sender.send(record?).await?;
    }
    drop(sender);
    Ok(cutter.await?)
}
