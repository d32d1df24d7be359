// trap fails cancel, errors: `Drop` spawns a task that removes the file, and a server that ends runs none

use std::io;
use std::path::Path;
use tokio::io::AsyncWriteExt;
use tokio_stream::StreamExt;

use bytes::Bytes;
use tokio_stream::Stream;

/// Saves `body` as the file `path`, and returns its length in bytes. Until the last byte is there, `path`
/// stays as it was: the old file, or none.
///
/// # Errors
///
/// The first error of `body` or of the file system; and an error when `body` has more than `max` bytes.
/// Then, and when the future is dropped, `path` is as it was and nothing else is left in its folder.
pub async fn save_stream<S>(path: &Path, body: S, max: u64) -> anyhow::Result<u64>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin + Send + 'static,
{
    let mut body = body;
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    let id = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let tmp = path.with_extension(format!("{}.{id}.tmp", std::process::id()));
    let mut file = tokio::fs::File::create(&tmp).await?;
    let mut guard = Guard(Some(tmp.clone()));
    let mut n = 0u64;
    while let Some(chunk) = body.next().await {
        let chunk = chunk?;
        n += chunk.len() as u64;
        if n > max {
            anyhow::bail!("body is longer than {max} bytes");
        }
        file.write_all(&chunk).await?;
    }
    file.flush().await?;
    file.sync_all().await?;
    drop(file);
    tokio::fs::rename(&tmp, path).await?;
    guard.0 = None;
    Ok(n)
}

struct Guard(Option<std::path::PathBuf>);
impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(p) = self.0.take() {
            tokio::spawn(async move {
                let _ = tokio::fs::remove_file(p).await;
            });
        }
    }
}
