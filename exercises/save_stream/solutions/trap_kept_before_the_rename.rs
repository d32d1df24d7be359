// trap fails errors: the guard is gone before the rename, and a rename that fails leaves the file behind

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use tokio::io::AsyncWriteExt;
use tokio_stream::{Stream, StreamExt};

static NEXT: AtomicU64 = AtomicU64::new(0);

/// A file that is removed unless it was kept.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn beside(path: &Path) -> anyhow::Result<PathBuf> {
    let mut name = path
        .file_name()
        .ok_or_else(|| anyhow::anyhow!("no file name"))?
        .to_owned();
    name.push(format!(
        ".{}-{}.part",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    ));
    Ok(path.with_file_name(name))
}

/// Saves `body` as the file `path`, and returns its length in bytes.
pub async fn save_stream<S>(path: &Path, body: S, max: u64) -> anyhow::Result<u64>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin + Send + 'static,
{
    let mut body = body;
    let part = Unfinished(beside(path)?);
    let mut file = tokio::fs::File::options()
        .write(true)
        .create_new(true)
        .open(&part.0)
        .await?;
    let mut total = 0;
    while let Some(chunk) = body.next().await {
        let chunk = chunk?;
        total += chunk.len() as u64;
        anyhow::ensure!(total <= max, "more than {max} bytes");
        file.write_all(&chunk).await?;
    }
    file.flush().await?;
    file.sync_all().await?;
    drop(file);
    let from = part.0.clone();
    std::mem::forget(part);
    tokio::fs::rename(from, path).await?;
    Ok(total)
}
