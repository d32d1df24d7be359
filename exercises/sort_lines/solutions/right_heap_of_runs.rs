// right: sorted runs of lines, each in a file, merged with a heap of their first lines

//! Why it is right: what is in memory is one run, and later one line and one buffer of 8 KiB for each run. A `Run` removes
//! its file when it is dropped, so it is gone whichever way the function ends.
//!
//! In Node.js: the same with `fs.createWriteStream` for each run, and a reader over each that cuts `Buffer`s at the
//! byte 10 (`readline` changes what is no text), compared with `Buffer.compare`.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncWrite, AsyncWriteExt};

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
            runs.push(write_run(&mut lines, scratch)?);
            held = 0;
        }
    }
    if !lines.is_empty() {
        runs.push(write_run(&mut lines, scratch)?);
    }
    drop(lines);

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
