// trap fails correct: of two uploads of one file, the second waits until the first is done, which may have lost its sender

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use anyhow::{Context, bail};
use bytes::Bytes;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use tokio_stream::{Stream, StreamExt};

static NEXT: AtomicU64 = AtomicU64::new(0);
type Locks = HashMap<PathBuf, std::sync::Weak<tokio::sync::Mutex<()>>>;
static LOCKS: LazyLock<Mutex<Locks>> = LazyLock::new(Mutex::default);

struct Unfinished(Option<PathBuf>);

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            let _ = fs::remove_file(path);
        }
    }
}

fn temporary(path: &Path) -> anyhow::Result<PathBuf> {
    let mut name = path.file_name().context("a folder has no name")?.to_owned();
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    name.push(format!(".{}-{n}.part", std::process::id()));
    Ok(path.with_file_name(name))
}

pub async fn save_stream<S>(path: &Path, mut body: S, max: u64) -> anyhow::Result<u64>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin + Send + 'static,
{
    let lock = {
        let mut locks = LOCKS.lock().unwrap();
        locks.retain(|_, l| l.strong_count() > 0);
        let old = locks.get(path).and_then(|l| l.upgrade());
        old.unwrap_or_else(|| {
            let new = Arc::new(tokio::sync::Mutex::new(()));
            locks.insert(path.to_owned(), Arc::downgrade(&new));
            new
        })
    };
    let _mine = lock.lock().await;
    let part = temporary(path)?;
    let mut guard = Unfinished(Some(part.clone()));
    let mut file = File::create_new(&part).await?;
    let mut total = 0;
    while let Some(chunk) = body.next().await {
        let chunk = chunk?;
        total += chunk.len() as u64;
        if total > max {
            bail!("more than {max} bytes");
        }
        file.write_all(&chunk).await?;
    }
    file.flush().await?;
    fs::rename(&part, path)?;
    guard.0 = None;
    Ok(total)
}
