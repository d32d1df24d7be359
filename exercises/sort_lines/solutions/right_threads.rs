// right: each run is sorted and written by a thread of its own, which hands it over through a channel

//! Why it is right: the lines of a run and its file belong to the thread until it is done, and then to the caller; when
//! the caller has given up, what the thread sends comes back to it and is dropped there, and the file is gone. The thread
//! of the runtime does not sort.
//!
//! In Node.js: a `Worker` of `node:worker_threads` for each run, and a transferred `ArrayBuffer` with its lines.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::oneshot;

/// A sorted file of this sort, removed when it is dropped.
struct Run(PathBuf);

impl Run {
    /// Makes the file; where the name was taken, the file is somebody else's.
    fn create(scratch: &Path) -> io::Result<(Run, File)> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let (process, count) = (std::process::id(), COUNT.fetch_add(1, Relaxed));
        let path = scratch.join(format!("sort-{process}-{count}"));
        let file = File::create_new(&path)?;
        Ok((Run(path), file))
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Sorts the lines and writes them to a run.
fn write_run(mut lines: Vec<Box<[u8]>>, scratch: &Path) -> io::Result<Run> {
    let (run, file) = Run::create(scratch)?;
    let mut file = BufWriter::new(file);
    lines.sort_unstable();
    for line in lines {
        file.write_all(&line)?;
        file.write_all(b"\n")?;
    }
    file.flush()?;
    Ok(run)
}

/// What `job` returns on a thread of its own. Where nobody waits for it anymore, the thread drops it.
async fn on_a_thread<T: Send + 'static>(
    job: impl FnOnce() -> T + Send + 'static,
) -> anyhow::Result<T> {
    let (done, result) = oneshot::channel();
    thread::spawn(move || {
        let _ = done.send(job());
    });
    Ok(result.await?)
}

/// The next line of a run, without its `\n`; `None` at the end.
fn next_line(run: &mut BufReader<File>) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let n = run.read_until(b'\n', &mut line)?;
    line.pop();
    Ok((n > 0).then_some(line))
}

pub async fn sort_lines<R, W>(
    mut src: R,
    mut dst: W,
    budget: usize,
    scratch: &Path,
) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (mut runs, mut lines, mut held, mut count) = (Vec::new(), Vec::new(), 0, 0);
    loop {
        let mut line = Vec::new();
        if src.read_until(b'\n', &mut line).await? == 0 {
            break;
        }
        if line.ends_with(b"\n") {
            line.pop();
        }
        count += 1;
        // A line costs its bytes and a handle.
        held += line.len() + 32;
        lines.push(line.into_boxed_slice());
        if held >= budget {
            let (lines, scratch) = (std::mem::take(&mut lines), scratch.to_owned());
            runs.push(on_a_thread(move || write_run(lines, &scratch)).await??);
            held = 0;
        }
    }
    if !lines.is_empty() {
        let scratch = scratch.to_owned();
        runs.push(on_a_thread(move || write_run(lines, &scratch)).await??);
    }

    let mut readers = Vec::new();
    let mut heads = BinaryHeap::new();
    for (number, run) in runs.iter().enumerate() {
        let mut reader = BufReader::new(File::open(&run.0)?);
        if let Some(line) = next_line(&mut reader)? {
            heads.push(Reverse((line, number)));
        }
        readers.push(reader);
    }
    while let Some(Reverse((mut line, number))) = heads.pop() {
        line.push(b'\n');
        dst.write_all(&line).await?;
        if let Some(line) = next_line(&mut readers[number])? {
            heads.push(Reverse((line, number)));
        }
    }
    dst.shutdown().await?;
    Ok(count)
}
