// trap fails correct: a vector of length 0 has no room for `read`, whatever its capacity, so the first read returns 0

use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn count_lines<R: AsyncRead + Unpin>(mut src: R) -> anyhow::Result<u64> {
    let mut buf = Vec::with_capacity(64 * 1024);
    let mut lines = 0;
    loop {
        let n = src.read(&mut buf).await?;
        if n == 0 {
            return Ok(lines);
        }
        lines += buf[..n].iter().filter(|&&b| b == b'\n').count() as u64;
    }
}
