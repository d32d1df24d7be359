// trap fails errors, memory: holds all the lines and sorts them

use std::path::Path;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncWrite, AsyncWriteExt};

pub async fn sort_lines<R, W>(
    mut src: R,
    mut dst: W,
    _budget: usize,
    _scratch: &Path,
) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let mut lines = Vec::new();
    loop {
        let mut line = Vec::new();
        if src.read_until(b'\n', &mut line).await? == 0 {
            break;
        }
        if line.ends_with(b"\n") {
            line.pop();
        }
        lines.push(line);
    }
    lines.sort();
    for line in &mut lines {
        line.push(b'\n');
        dst.write_all(line).await?;
    }
    dst.shutdown().await?;
    Ok(lines.len() as u64)
}
