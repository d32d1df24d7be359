// trap fails memory: keeps 8 bytes for every chunk, which is little and grows with the input

use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn count_lines<R: AsyncRead + Unpin>(mut src: R) -> anyhow::Result<u64> {
    let mut buf = vec![0; 64 * 1024];
    let mut counts: Vec<u64> = Vec::new();
    loop {
        let n = src.read(&mut buf).await?;
        if n == 0 {
            return Ok(counts.iter().sum());
        }
        counts.push(buf[..n].iter().filter(|&&b| b == b'\n').count() as u64);
    }
}
