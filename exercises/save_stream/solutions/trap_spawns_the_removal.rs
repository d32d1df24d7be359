// trap fails errors: after an error of the body, a task removes the unfinished file, which runs only if the program goes on

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
    let (mut unfinished, file) = Unfinished::beside(path)?;
    let mut file = File::from_std(file);
    let part = unfinished.path().to_owned();
    let mut saved = 0;
    while let Some(chunk) = body.next().await {
        let chunk = match chunk {
            Ok(chunk) => chunk,
            Err(error) => {
                unfinished.0 = None;
                tokio::spawn(async move { tokio::fs::remove_file(part).await });
                return Err(error.into());
            }
        };
        saved += chunk.len() as u64;
        anyhow::ensure!(saved <= max, "more than {max} bytes");
        file.write_all(&chunk).await?;
    }
    file.flush().await?;
    file.sync_all().await?;
    unfinished.keep_as(path)?;
    Ok(saved)
}
