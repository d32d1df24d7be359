// trap fails correct: two uploads of one file write into the same temporary file

use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use tokio_stream::{Stream, StreamExt};

struct Unfinished(PathBuf, bool);

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.1 {
            let _ = std::fs::remove_file(&self.0);
        }
    }
}

pub async fn save_stream<S>(path: &Path, mut body: S, max: u64) -> anyhow::Result<u64>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin + Send + 'static,
{
    let mut unfinished = Unfinished(path.with_extension("part"), false);
    let mut file = File::create(&unfinished.0).await?;
    let mut saved = 0;
    while let Some(chunk) = body.next().await {
        let chunk = chunk?;
        saved += chunk.len() as u64;
        anyhow::ensure!(saved <= max, "more than {max} bytes");
        file.write_all(&chunk).await?;
    }
    file.flush().await?;
    file.sync_all().await?;
    std::fs::rename(&unfinished.0, path)?;
    unfinished.1 = true;
    Ok(saved)
}
