// right: all runs stand in one file, one after the other, and each is read from its place

//! Why it is right: A run is a place in the file, with a small buffer while it is merged: however many runs there are, one
//! file is open, and one `Drop` removes it.
//!
//! In Node.js: one `FileHandle`, and `handle.read(buffer, 0, length, position)` for each run.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncWrite, AsyncWriteExt};

static NEXT: AtomicU64 = AtomicU64::new(0);

struct Scratch(File, PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.1);
    }
}

struct Run {
    from: u64,
    to: u64,
    buf: Vec<u8>,
    at: usize,
}

impl Run {
    /// The next line with its end; there is none when it is empty.
    fn line(&mut self, file: &mut File, room: usize) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        loop {
            let rest = &self.buf[self.at..];
            if let Some(i) = rest.iter().position(|&b| b == b'\n') {
                line.extend_from_slice(&rest[..=i]);
                self.at += i + 1;
                return Ok(line);
            }
            line.extend_from_slice(rest);
            self.at = 0;
            let n = (self.to - self.from).min(room as u64) as usize;
            self.buf.resize(n, 0);
            if n == 0 {
                return Ok(line);
            }
            file.seek(SeekFrom::Start(self.from))?;
            file.read_exact(&mut self.buf)?;
            self.from += n as u64;
        }
    }
}

/// Writes the lines of `src` to `dst` in the order of their bytes.
pub async fn sort_lines<R, W>(src: R, dst: W, budget: usize, scratch: &Path) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (mut src, mut dst) = (src, dst);
    let name = format!(
        "sort-{}-{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    let path = scratch.join(name);
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)?;
    let mut scratch = Scratch(file, path);
    let mut runs: Vec<Run> = Vec::new();
    let mut heap = BinaryHeap::new();
    let (mut held, mut total) = (0, 0);
    loop {
        let mut line = Vec::new();
        let n = src.read_until(b'\n', &mut line).await?;
        if n > 0 {
            if line.last() != Some(&b'\n') {
                line.push(b'\n');
            }
            // Without its end, so that it is before whatever it begins.
            line.pop();
            total += 1;
            held += line.len() + 32;
            heap.push(Reverse(line.into_boxed_slice()));
        }
        if held >= budget || n == 0 {
            let from = scratch.0.stream_position()?;
            let mut out = Vec::with_capacity(8 * 1024);
            while let Some(Reverse(line)) = heap.pop() {
                out.extend_from_slice(&line);
                out.push(b'\n');
                if out.len() > 4 * 1024 {
                    scratch.0.write_all(&out)?;
                    out.clear();
                }
            }
            scratch.0.write_all(&out)?;
            held = 0;
            runs.push(Run {
                from,
                to: scratch.0.stream_position()?,
                buf: Vec::new(),
                at: 0,
            });
        }
        if n == 0 {
            break;
        }
    }
    drop((src, heap));
    let room = (budget / runs.len()).clamp(1024, 16 * 1024);
    let mut heap = BinaryHeap::new();
    for (i, run) in runs.iter_mut().enumerate() {
        let mut line = run.line(&mut scratch.0, room)?;
        if line.pop().is_some() {
            heap.push(Reverse((line, i)));
        }
    }
    while let Some(Reverse((mut line, i))) = heap.pop() {
        line.push(b'\n');
        dst.write_all(&line).await?;
        let mut line = runs[i].line(&mut scratch.0, room)?;
        if line.pop().is_some() {
            heap.push(Reverse((line, i)));
        }
    }
    dst.shutdown().await?;
    Ok(total)
}
