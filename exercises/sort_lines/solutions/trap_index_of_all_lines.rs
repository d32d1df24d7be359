// trap fails memory: keeps where every line is, so that memory grows with their number

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncWrite, AsyncWriteExt};

/// A sorted file of this sort, removed when it is dropped.
struct Run(PathBuf);

impl Run {
    fn new(scratch: &Path) -> Run {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let (process, count) = (std::process::id(), COUNT.fetch_add(1, Relaxed));
        Run(scratch.join(format!("sort-{process}-{count}")))
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

pub async fn sort_lines<R, W>(
    mut src: R,
    mut dst: W,
    _budget: usize,
    scratch: &Path,
) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let run = Run::new(scratch);
    let mut file = BufWriter::new(File::create_new(&run.0)?);
    let (mut index, mut at) = (Vec::new(), 0);
    loop {
        let mut line = Vec::new();
        if src.read_until(b'\n', &mut line).await? == 0 {
            break;
        }
        if line.ends_with(b"\n") {
            line.pop();
        }
        let mut key = [0; 8];
        let n = line.len().min(8);
        key[..n].copy_from_slice(&line[..n]);
        index.push((key, at, line.len()));
        at += line.len() as u64 + 1;
        file.write_all(&line)?;
        file.write_all(b"\n")?;
    }
    file.flush()?;
    let mut file = File::open(&run.0)?;
    let mut read = |at: u64, len: usize| -> io::Result<Vec<u8>> {
        let mut line = vec![0; len];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut line)?;
        Ok(line)
    };
    index.sort_by(|a, b| {
        let whole = |&(_, at, len): &([u8; 8], u64, usize),
                     read: &mut dyn FnMut(u64, usize) -> io::Result<Vec<u8>>| {
            read(at, len).unwrap_or_default()
        };
        a.0.cmp(&b.0)
            .then_with(|| whole(a, &mut read).cmp(&whole(b, &mut read)))
    });
    for &(_, at, len) in &index {
        dst.write_all(&read(at, len + 1)?).await?;
    }
    dst.shutdown().await?;
    Ok(index.len() as u64)
}
