// right: a job of the blocking pool writes, and commits when it is told to

//! Why it is right: a channel that closes means that somebody went away, and that is no reason to keep the file. The
//! order to commit is sent after the last byte, and nowhere else. Six chunks are the bound of memory. The price: a thread for each upload, of the 512 that the
//! pool has, so a server limits its uploads to fewer.
//!
//! In Node.js: a `worker_threads` Worker that renames on a message, and removes its file on `'close'`.

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
    /// Makes the file, and the guard once it is there: where the name was taken, the file is somebody else's.
    fn beside(path: &Path) -> io::Result<(Self, File)> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let mut name = OsString::from(path.file_name().unwrap_or_default());
        let (process, count) = (std::process::id(), COUNT.fetch_add(1, Relaxed));
        name.push(format!(".{process}-{count}.part"));
        let path = path.with_file_name(name);
        let file = File::create_new(&path)?;
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

enum Order {
    Write(Bytes),
    Commit,
}

pub async fn save_stream<S>(path: &Path, mut body: S, max: u64) -> anyhow::Result<u64>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin + Send + 'static,
{
    let (sender, mut receiver) = mpsc::channel(4);
    let path = path.to_owned();
    let writer = spawn_blocking(move || -> io::Result<bool> {
        let (unfinished, mut file) = Unfinished::beside(&path)?;
        while let Some(order) = receiver.blocking_recv() {
            match order {
                Order::Write(chunk) => file.write_all(&chunk)?,
                Order::Commit => {
                    file.sync_all()?;
                    unfinished.keep_as(&path)?;
                    return Ok(true);
                }
            }
        }
        Ok(false)
    });
    let mut saved = 0;
    let mut stopped = false;
    while let Some(chunk) = body.next().await {
        let chunk = chunk?;
        saved += chunk.len() as u64;
        anyhow::ensure!(saved <= max, "more than {max} bytes");
        stopped = sender.send(Order::Write(chunk)).await.is_err();
        if stopped {
            break;
        }
    }
    if !stopped {
        let _ = sender.send(Order::Commit).await;
    }
    drop(sender);
    anyhow::ensure!(writer.await??, "the writer was not told to commit");
    Ok(saved)
}
