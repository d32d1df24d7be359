// trap fails correct: counts the whole buffer, and with it what an earlier read left behind

use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn count_lines<R: AsyncRead + Unpin>(mut src: R) -> anyhow::Result<u64> {
    let mut buf = vec![0; 4 * 1024];
    let mut lines = 0;
    while src.read(&mut buf).await? > 0 {
        lines += buf.iter().filter(|&&b| b == b'\n').count() as u64;
    }
    Ok(lines)
}
