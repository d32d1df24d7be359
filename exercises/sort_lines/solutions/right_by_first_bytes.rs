// right: no merge: lines are dealt out to files by their first bytes, again and again, until each part fits

//! Why it is right: The parts come in order one after the other, so nothing has to be merged. A part that is too large is
//! dealt out by its next byte; lines that end there are all the same, and their number is all that is kept of them.
//! The price: lines with long common beginnings make many parts.
//!
//! In Node.js: a `Map` from a byte to a file, and the same stack of parts.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncWrite, AsyncWriteExt};

static NEXT: AtomicU64 = AtomicU64::new(0);

/// Lines with the same first bytes, in a file that is removed with it.
struct Part {
    path: PathBuf,
    /// Until then a file of that name is somebody else's.
    made: bool,
    buf: Vec<u8>,
    bytes: u64,
    lines: u64,
}

impl Drop for Part {
    fn drop(&mut self) {
        if self.made {
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl Part {
    fn new(scratch: &Path) -> Self {
        let name = format!(
            "part-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        Part {
            path: scratch.join(name),
            made: false,
            buf: Vec::new(),
            bytes: 0,
            lines: 0,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut file = File::options()
            .append(true)
            .create_new(!self.made)
            .open(&self.path)?;
        self.made = true;
        file.write_all(&self.buf)?;
        self.buf = Vec::new();
        Ok(())
    }

    fn add(&mut self, line: &[u8]) -> io::Result<()> {
        self.buf.extend_from_slice(line);
        self.buf.push(b'\n');
        self.bytes += line.len() as u64 + 33;
        self.lines += 1;
        if self.buf.len() >= 2048 {
            self.flush()
        } else {
            Ok(())
        }
    }
}

/// The parts by the byte at `depth`; those that end there come first, and are all the same.
#[derive(Default)]
struct Parts {
    ends: u64,
    by_byte: BTreeMap<u8, Part>,
}

impl Parts {
    fn add(&mut self, line: &[u8], depth: usize, scratch: &Path) -> io::Result<()> {
        match line.get(depth) {
            None => self.ends += 1,
            Some(&byte) => self
                .by_byte
                .entry(byte)
                .or_insert_with(|| Part::new(scratch))
                .add(line)?,
        }
        Ok(())
    }
}

/// Writes the lines of `src` to `dst` in the order of their bytes.
pub async fn sort_lines<R, W>(src: R, dst: W, budget: usize, scratch: &Path) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (mut src, mut dst) = (src, dst);
    let mut top = Parts::default();
    let mut line = Vec::new();
    let mut total = 0;
    while src.read_until(b'\n', &mut line).await? > 0 {
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        top.add(&line, 0, scratch)?;
        line.clear();
        total += 1;
    }
    drop(src);
    // What is left to write, the first of it at the end; each part agrees in its first `depth` bytes.
    for part in top.by_byte.values_mut() {
        part.flush()?;
    }
    for _ in 0..top.ends {
        dst.write_all(b"\n").await?;
    }
    let mut stack: Vec<(usize, Part)> = top
        .by_byte
        .into_values()
        .rev()
        .map(|part| (1, part))
        .collect();
    while let Some((depth, part)) = stack.pop() {
        let mut file = BufReader::new(File::open(&part.path)?);
        if part.bytes <= budget as u64 {
            let mut lines = file.split(b'\n').collect::<io::Result<Vec<_>>>()?;
            lines.sort();
            for mut line in lines {
                line.push(b'\n');
                dst.write_all(&line).await?;
            }
            continue;
        }
        let mut parts = Parts::default();
        let mut prefix = Vec::new();
        loop {
            line.clear();
            if file.read_until(b'\n', &mut line)? == 0 {
                break;
            }
            line.pop();
            if prefix.is_empty() {
                prefix = line[..depth].to_vec();
            }
            parts.add(&line, depth, scratch)?;
        }
        drop((file, part));
        prefix.push(b'\n');
        for _ in 0..parts.ends {
            dst.write_all(&prefix).await?;
        }
        for part in parts.by_byte.values_mut() {
            part.flush()?;
        }
        stack.extend(
            parts
                .by_byte
                .into_values()
                .rev()
                .map(|part| (depth + 1, part)),
        );
    }
    dst.shutdown().await?;
    Ok(total)
}
