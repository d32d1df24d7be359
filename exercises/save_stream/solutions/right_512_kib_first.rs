// right: gathers up to 512 KiB before it writes, so that a small body makes its unfinished file only when it has come

//! Why it is right: What is gathered has a limit that no body can move, and the file appears only when it is needed.
//!
//! In Node.js: an array of chunks that is written when it has 512 KiB, into a file beside the target; then `fs.rename`.

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

/// Opens the file with its first use. It is ours to remove only when we have made it.
fn open<'a>(
    file: &'a mut Option<(tokio::fs::File, Unfinished)>,
    path: &Path,
) -> io::Result<&'a mut tokio::fs::File> {
    if file.is_none() {
        let made = fs::File::create_new(path)?;
        *file = Some((tokio::fs::File::from_std(made), Unfinished(path.to_owned())));
    }
    let file = file.as_mut().map(|(file, _)| file);
    file.ok_or_else(|| io::ErrorKind::Other.into())
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
    let part = beside(path)?;
    let mut file = None;
    let mut gathered = Vec::with_capacity(512 * 1024);
    let mut total = 0;
    while let Some(chunk) = body.next().await {
        let chunk = chunk?;
        total += chunk.len() as u64;
        anyhow::ensure!(total <= max, "more than {max} bytes");
        if gathered.len() + chunk.len() > gathered.capacity() {
            let file = open(&mut file, &part)?;
            file.write_all(&gathered).await?;
            file.write_all(&chunk).await?;
            gathered.clear();
        } else {
            gathered.extend_from_slice(&chunk);
        }
    }
    let whole = open(&mut file, &part)?;
    whole.write_all(&gathered).await?;
    whole.flush().await?;
    whole.sync_all().await?;
    fs::rename(&part, path)?;
    Ok(total)
}
