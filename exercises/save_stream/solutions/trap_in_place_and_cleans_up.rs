// trap fails correct, errors, cancel: writes in place, and removes what it wrote when the body breaks

use std::io;
use std::path::Path;

use bytes::Bytes;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use tokio_stream::{Stream, StreamExt};

pub async fn save_stream<S>(path: &Path, mut body: S, max: u64) -> anyhow::Result<u64>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin + Send + 'static,
{
    match write(path, &mut body, max).await {
        Err(error) => {
            let _ = std::fs::remove_file(path);
            Err(error)
        }
        saved => saved,
    }
}

async fn write<S>(path: &Path, body: &mut S, max: u64) -> anyhow::Result<u64>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let mut file = File::create(path).await?;
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
