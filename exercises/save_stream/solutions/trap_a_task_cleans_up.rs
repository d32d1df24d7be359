// trap fails cancel, errors: a task waits for the end of the call and removes the unfinished file then

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use bytes::Bytes;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use tokio_stream::{Stream, StreamExt};

/// A file beside `path` that nobody else uses, removed unless it is kept.
struct Unfinished(Option<PathBuf>);

impl Unfinished {
    /// Makes the file, and the guard once it is there: where the name was taken, the file is somebody else's.
    fn beside(path: &Path) -> io::Result<(Self, std::fs::File)> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let mut name = OsString::from(path.file_name().unwrap_or_default());
        let (process, count) = (std::process::id(), COUNT.fetch_add(1, Relaxed));
        name.push(format!(".{process}-{count}.part"));
        let path = path.with_file_name(name);
        let file = std::fs::File::create_new(&path)?;
        Ok((Unfinished(Some(path)), file))
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

pub async fn save_stream<S>(path: &Path, mut body: S, max: u64) -> anyhow::Result<u64>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin + Send + 'static,
{
    let (unfinished, file) = Unfinished::beside(path)?;
    let mut file = File::from_std(file);
    let part = unfinished.path().to_owned();
    let (_stays, gone) = tokio::sync::oneshot::channel::<()>();
    tokio::spawn(async move {
        let _ = gone.await;
        let _ = std::fs::remove_file(part);
    });
    let mut saved = 0;
    while let Some(chunk) = body.next().await {
        let chunk = chunk?;
        saved += chunk.len() as u64;
        anyhow::ensure!(saved <= max, "more than {max} bytes");
        file.write_all(&chunk).await?;
    }
    file.flush().await?;
    file.sync_all().await?;
    unfinished.keep_as(path)?;
    Ok(saved)
}
