// trap fails correct: counts the lines of each chunk, so a line cut by a chunk's end counts twice

use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn count_lines<R: AsyncRead + Unpin>(mut src: R) -> anyhow::Result<u64> {
    let mut buf = vec![0; 64 * 1024];
    let mut lines = 0;
    loop {
        let n = src.read(&mut buf).await?;
        if n == 0 {
            return Ok(lines);
        }
        lines += String::from_utf8_lossy(&buf[..n]).lines().count() as u64;
    }
}
