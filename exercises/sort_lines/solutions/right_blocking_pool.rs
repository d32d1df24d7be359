// right: a job of the blocking pool sorts and merges, behind channels of 64 lines

//! Why it is right: both channels are bounded, and each side notices when the other has gone. The end is a `None`, so
//! that a reader that failed is not taken for one that has ended.
//!
//! In Node.js: a `worker_threads` Worker, with a `postMessage` back for the lines that it has dealt with.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

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

/// Sorts the lines, writes them to a run, and leaves `lines` empty.
fn write_run(lines: &mut Vec<Box<[u8]>>, scratch: &Path) -> io::Result<Run> {
    let (run, file) = Run::create(scratch)?;
    let mut file = BufWriter::new(file);
    lines.sort_unstable();
    for line in lines.drain(..) {
        file.write_all(&line)?;
        file.write_all(b"\n")?;
    }
    file.flush()?;
    Ok(run)
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
    let (lines_in, mut lines) = mpsc::channel::<Option<Vec<u8>>>(64);
    let (sorted_in, mut sorted) = mpsc::channel::<Vec<u8>>(64);
    let scratch = scratch.to_owned();
    let sorter = spawn_blocking(move || -> io::Result<()> {
        let (mut runs, mut run, mut held) = (Vec::new(), Vec::new(), 0);
        while let Some(line) = lines.blocking_recv() {
            let Some(line) = line else {
                return merge(&mut runs, &mut run, &scratch, &sorted_in);
            };
            held += line.len() + 32;
            run.push(line.into_boxed_slice());
            if held >= budget {
                runs.push(write_run(&mut run, &scratch)?);
                held = 0;
            }
        }
        Ok(()) // the reader went away without its `None`
    });
    let mut count = 0;
    loop {
        let mut line = Vec::new();
        let ended = src.read_until(b'\n', &mut line).await? == 0;
        if line.ends_with(b"\n") {
            line.pop();
        }
        if lines_in.send((!ended).then_some(line)).await.is_err() || ended {
            break;
        }
        count += 1;
    }
    while let Some(mut line) = sorted.recv().await {
        line.push(b'\n');
        dst.write_all(&line).await?;
    }
    sorter.await??;
    dst.shutdown().await?;
    Ok(count)
}

fn merge(
    runs: &mut Vec<Run>,
    last: &mut Vec<Box<[u8]>>,
    scratch: &Path,
    sorted: &mpsc::Sender<Vec<u8>>,
) -> io::Result<()> {
    runs.push(write_run(last, scratch)?);
    let (mut readers, mut heads) = (Vec::new(), BinaryHeap::new());
    for (number, run) in runs.iter().enumerate() {
        let mut reader = BufReader::new(File::open(&run.0)?);
        if let Some(line) = next_line(&mut reader)? {
            heads.push(Reverse((line, number)));
        }
        readers.push(reader);
    }
    while let Some(Reverse((line, number))) = heads.pop() {
        if sorted.blocking_send(line).is_err() {
            break; // nobody takes them any more
        }
        if let Some(line) = next_line(&mut readers[number])? {
            heads.push(Reverse((line, number)));
        }
    }
    Ok(())
}
