// right: a thread of its own writes, and tells through a channel how it went

//! Why it is right: when the function is left in any way, the channel closes first, so the thread ends; then it is joined,
//! and then its file is removed. Only when the thread has reported that all is written does the file get its name.
//! The price: the drop waits for the disk.
//!
//! In Node.js: a `Worker` of `node:worker_threads` that writes with `fs.writeSync`, and posts a message when it is done.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread::{self, JoinHandle};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};
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

/// A thread that has ended when this is dropped.
struct Joined(Option<JoinHandle<()>>);

impl Drop for Joined {
    fn drop(&mut self) {
        if let Some(thread) = self.0.take() {
            let _ = thread.join();
        }
    }
}

type Writer = (
    Joined,
    mpsc::Sender<Bytes>,
    oneshot::Receiver<io::Result<()>>,
);

/// What is sent is written to `file`; when the sender is gone or a write has failed, the result comes.
fn writer(mut file: File) -> Writer {
    let (chunks, mut queue) = mpsc::channel::<Bytes>(1);
    let (result, written) = oneshot::channel();
    let thread = thread::spawn(move || {
        let mut write = || {
            while let Some(chunk) = queue.blocking_recv() {
                file.write_all(&chunk)?;
            }
            file.sync_all()
        };
        let _ = result.send(write());
    });
    (Joined(Some(thread)), chunks, written)
}

pub async fn save_stream<S>(path: &Path, mut body: S, max: u64) -> anyhow::Result<u64>
where
    S: Stream<Item = io::Result<Bytes>> + Unpin + Send + 'static,
{
    let (unfinished, file) = Unfinished::beside(path)?;
    // Dropped in reverse: the channel closes, the thread ends, the file is removed.
    let (_thread, chunks, written) = writer(file);
    let mut saved = 0;
    while let Some(chunk) = body.next().await {
        let chunk = chunk?;
        saved += chunk.len() as u64;
        anyhow::ensure!(saved <= max, "more than {max} bytes");
        // Refused when a write has failed, and then `written` has its error.
        if chunks.send(chunk).await.is_err() {
            break;
        }
    }
    drop(chunks);
    written.await??;
    unfinished.keep_as(path)?;
    Ok(saved)
}
