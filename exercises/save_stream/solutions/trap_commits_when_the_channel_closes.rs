// trap fails cancel, errors: the writer takes a closed channel for the end, whoever closed it

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio_stream::{Stream, StreamExt};

/// A file beside `path` that nobody else uses, removed unless it is kept.
struct Unfinished(Option<PathBuf>);

impl Unfinished {
    fn beside(path: &Path) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let mut name = OsString::from(path.file_name().unwrap_or_default());
        let (process, count) = (std::process::id(), COUNT.fetch_add(1, Relaxed));
        name.push(format!(".{process}-{count}.part"));
        Unfinished(Some(path.with_file_name(name)))
    }

    fn path(&self) -> &Path {
        self.0.as_deref().unwrap_or(Path::new(""))
    }

    fn keep_as(mut self, path: &Path) -> io::Result<()> {
        std::fs::rename(self.path(), path)?;
        self.0 = None;
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            let _ = std::fs::remove_file(path);
        }
    }
}

pub async fn save_stream<S>(path: &Path, mut body: S, max: u64) -> anyhow::Result<u64>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin + Send + 'static,
{
    let (sender, mut receiver) = mpsc::channel::<Bytes>(4);
    let path = path.to_owned();
    let writer = spawn_blocking(move || -> io::Result<()> {
        let unfinished = Unfinished::beside(&path);
        let mut file = File::create_new(unfinished.path())?;
        while let Some(chunk) = receiver.blocking_recv() {
            file.write_all(&chunk)?;
        }
        file.sync_all()?;
        unfinished.keep_as(&path)
    });
    let mut saved = 0;
    let mut stopped = false;
    while let Some(chunk) = body.next().await {
        let chunk = chunk?;
        saved += chunk.len() as u64;
        anyhow::ensure!(saved <= max, "more than {max} bytes");
        stopped = sender.send(chunk).await.is_err();
        if stopped {
            break;
        }
    }
    drop(sender);
    writer.await??;
    Ok(saved)
}
