// trap fails cancel: removes the unfinished file after an error, and not when it is dropped

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use bytes::Bytes;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use tokio_stream::{Stream, StreamExt};

/// A name beside `path` that nobody else uses.
fn beside(path: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut name = OsString::from(path.file_name().unwrap_or_default());
    let (process, count) = (std::process::id(), COUNT.fetch_add(1, Relaxed));
    name.push(format!(".{process}-{count}.part"));
    path.with_file_name(name)
}

pub async fn save_stream<S>(path: &Path, mut body: S, max: u64) -> anyhow::Result<u64>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin + Send + 'static,
{
    let unfinished = beside(path);
    let saved = write(&unfinished, path, &mut body, max).await;
    if saved.is_err() {
        let _ = std::fs::remove_file(&unfinished);
    }
    saved
}

async fn write<S>(unfinished: &Path, path: &Path, body: &mut S, max: u64) -> anyhow::Result<u64>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin,
{
    let mut file = File::create_new(unfinished).await?;
    let mut saved = 0;
    while let Some(chunk) = body.next().await {
        let chunk = chunk?;
        saved += chunk.len() as u64;
        anyhow::ensure!(saved <= max, "more than {max} bytes");
        file.write_all(&chunk).await?;
    }
    file.flush().await?;
    file.sync_all().await?;
    std::fs::rename(unfinished, path)?;
    Ok(saved)
}
