// trap fails correct, errors, cancel: opens the old file and appends to it

use std::io;
use std::path::Path;

use bytes::Bytes;
use tokio::fs::OpenOptions;
use tokio::io::AsyncWriteExt;
use tokio_stream::{Stream, StreamExt};

pub async fn save_stream<S>(path: &Path, mut body: S, max: u64) -> anyhow::Result<u64>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin + Send + 'static,
{
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .await?;
    let mut saved = 0;
    while let Some(chunk) = body.next().await {
        let chunk = chunk?;
        saved += chunk.len() as u64;
        anyhow::ensure!(saved <= max, "more than {max} bytes");
        file.write_all(&chunk).await?;
    }
    file.flush().await?;
    file.sync_all().await?;
    Ok(saved)
}
