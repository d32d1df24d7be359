// trap fails cancel, memory: leaks the source, so it stays open after the answer and after the caller has gone

use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn count_lines<R: AsyncRead + Unpin>(src: R) -> anyhow::Result<u64> {
    let src = Box::leak(Box::new(src));
    let mut buf = vec![0; 64 * 1024];
    let mut lines = 0;
    loop {
        let n = src.read(&mut buf).await?;
        if n == 0 {
            return Ok(lines);
        }
        lines += buf[..n].iter().filter(|&&b| b == b'\n').count() as u64;
    }
}
