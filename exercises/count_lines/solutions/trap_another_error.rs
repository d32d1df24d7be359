// trap fails errors: replaces the error by one that says nothing of what broke

use anyhow::anyhow;
use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn count_lines<R: AsyncRead + Unpin>(mut src: R) -> anyhow::Result<u64> {
    let mut buf = vec![0; 64 * 1024];
    let mut lines = 0;
    loop {
        let n = src
            .read(&mut buf)
            .await
            .map_err(|_| anyhow!("could not count the lines"))?;
        if n == 0 {
            return Ok(lines);
        }
        lines += buf[..n].iter().filter(|&&b| b == b'\n').count() as u64;
    }
}
