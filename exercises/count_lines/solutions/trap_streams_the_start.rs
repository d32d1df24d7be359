// trap fails memory: counts the first 16 MiB as they come, then reads the rest whole

use tokio::io::{AsyncRead, AsyncReadExt};

const SMALL: usize = 16 * 1024 * 1024;

pub async fn count_lines<R: AsyncRead + Unpin>(mut src: R) -> anyhow::Result<u64> {
    let mut buf = vec![0; 64 * 1024];
    let mut lines = 0;
    let mut read = 0;
    while read < SMALL {
        let n = src.read(&mut buf).await?;
        if n == 0 {
            return Ok(lines);
        }
        read += n;
        lines += buf[..n].iter().filter(|&&b| b == b'\n').count() as u64;
    }
    let mut rest = Vec::new();
    src.read_to_end(&mut rest).await?;
    Ok(lines + rest.iter().filter(|&&b| b == b'\n').count() as u64)
}
