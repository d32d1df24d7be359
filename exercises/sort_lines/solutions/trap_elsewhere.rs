// trap fails correct, errors: runs are made in the folder for temporary files of the system, which may be in memory

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncWrite, AsyncWriteExt};

static NEXT: AtomicU64 = AtomicU64::new(0);

/// The sorted runs, whose files are removed with it.
struct Runs {
    scratch: PathBuf,
    paths: Vec<PathBuf>,
}

impl Drop for Runs {
    fn drop(&mut self) {
        for path in &self.paths {
            let _ = fs::remove_file(path);
        }
    }
}

impl Runs {
    fn add(&mut self, text: &[u8], ends: &mut Vec<(u32, u32)>) -> io::Result<()> {
        ends.sort_unstable_by_key(|&(from, to)| &text[from as usize..to as usize]);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = self
            .scratch
            .join(format!("run-{}-{number}", std::process::id()));
        let mut file = BufWriter::with_capacity(8 * 1024, File::create_new(&path)?);
        self.paths.push(path);
        for (from, to) in ends.drain(..) {
            file.write_all(&text[from as usize..to as usize])?;
            file.write_all(b"\n")?;
        }
        file.flush()
    }
}

/// The next line without its end, or `None` at the end.
fn next(from: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    if from.read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    line.pop();
    Ok(Some(line))
}

/// Writes the lines of `src` to `dst` in the order of their bytes.
pub async fn sort_lines<R, W>(src: R, dst: W, budget: usize, _scratch: &Path) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (mut src, mut dst) = (src, dst);
    let mut runs = Runs {
        scratch: std::env::temp_dir(),
        paths: Vec::new(),
    };
    let mut text = Vec::with_capacity(budget);
    let mut ends = Vec::with_capacity(budget / 16);
    let mut line = Vec::new();
    let mut lines = 0;
    while src.read_until(b'\n', &mut line).await? > 0 {
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        if text.len() + line.len() > budget || ends.len() == ends.capacity() {
            runs.add(&text, &mut ends)?;
            text.clear();
        }
        let from = text.len() as u32;
        text.extend_from_slice(&line);
        ends.push((from, text.len() as u32));
        lines += 1;
        line.clear();
    }
    drop(src);
    runs.add(&text, &mut ends)?;
    drop((text, ends));

    let room = (budget / runs.paths.len()).clamp(512, 8 * 1024);
    let mut files = Vec::new();
    let mut heap = BinaryHeap::new();
    for path in &runs.paths {
        let mut file = BufReader::with_capacity(room, File::open(path)?);
        if let Some(line) = next(&mut file)? {
            heap.push(Reverse((line, files.len())));
        }
        files.push(file);
    }
    let mut out = Vec::with_capacity(16 * 1024);
    while let Some(Reverse((line, i))) = heap.pop() {
        out.extend_from_slice(&line);
        out.push(b'\n');
        if out.len() >= 12 * 1024 {
            dst.write_all(&out).await?;
            out.clear();
        }
        if let Some(line) = next(&mut files[i])? {
            heap.push(Reverse((line, i)));
        }
    }
    dst.write_all(&out).await?;
    drop(files);
    drop(runs);
    dst.shutdown().await?;
    Ok(lines)
}
