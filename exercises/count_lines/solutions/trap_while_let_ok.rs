// trap fails errors: `while let Ok` ends at an error as if it were the end, and returns the count so far

use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn count_lines<R: AsyncRead + Unpin>(mut src: R) -> anyhow::Result<u64> {
    let mut buf = vec![0; 64 * 1024];
    let mut lines = 0;
    while let Ok(n) = src.read(&mut buf).await {
        if n == 0 {
            break;
        }
        lines += buf[..n].iter().filter(|&&b| b == b'\n').count() as u64;
    }
    Ok(lines)
}
