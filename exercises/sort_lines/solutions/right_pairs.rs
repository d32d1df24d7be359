// right: a new run is merged with the last one while that is not longer, as a mergesort does

//! Why it is right: two buffers and two lines are enough to merge, whatever the number of runs, and only a few files are
//! there at a time. The price is that each line is written once for each level.
//!
//! In Node.js: two readers that cut `Buffer`s at the byte 10, and one `createWriteStream`.

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

/// Merges two runs into one.
fn merge(a: &Run, b: &Run, scratch: &Path) -> io::Result<Run> {
    let (run, file) = Run::create(scratch)?;
    let mut file = BufWriter::new(file);
    let (mut a, mut b) = (
        BufReader::new(File::open(&a.0)?),
        BufReader::new(File::open(&b.0)?),
    );
    let (mut x, mut y) = (next_line(&mut a)?, next_line(&mut b)?);
    loop {
        let from_a = match (&x, &y) {
            (None, None) => break,
            (Some(x), Some(y)) => x <= y,
            (x, None) => x.is_some(),
            (None, Some(_)) => false,
        };
        let (head, rest) = if from_a {
            (&mut x, &mut a)
        } else {
            (&mut y, &mut b)
        };
        if let Some(line) = head.take() {
            file.write_all(&line)?;
            file.write_all(b"\n")?;
        }
        *head = next_line(rest)?;
    }
    file.flush()?;
    Ok(run)
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
    let (mut runs, mut lines, mut held, mut count) = (Vec::<(u32, Run)>::new(), Vec::new(), 0, 0);
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
            push(&mut runs, write_run(&mut lines, scratch)?, scratch)?;
            held = 0;
        }
    }
    if !lines.is_empty() {
        push(&mut runs, write_run(&mut lines, scratch)?, scratch)?;
    }
    drop(lines);

    while runs.len() > 1
        && let (Some((_, b)), Some((level, a))) = (runs.pop(), runs.pop())
    {
        runs.push((level, merge(&a, &b, scratch)?));
    }
    if let Some((_, run)) = runs.pop() {
        let mut run = BufReader::new(File::open(&run.0)?);
        while let Some(mut line) = next_line(&mut run)? {
            line.push(b'\n');
            dst.write_all(&line).await?;
        }
    }
    dst.shutdown().await?;
    Ok(count)
}

/// Adds a run, and merges as long as the last two are of one level, so that few are open.
fn push(runs: &mut Vec<(u32, Run)>, mut run: Run, scratch: &Path) -> io::Result<()> {
    let mut level = 0;
    while let Some((last, before)) = runs.pop_if(|(last, _)| *last == level) {
        run = merge(&before, &run, scratch)?;
        level = last + 1;
    }
    runs.push((level, run));
    Ok(())
}
