// trap fails correct: takes a read that did not fill the buffer for the end of the input

use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn count_lines<R: AsyncRead + Unpin>(mut src: R) -> anyhow::Result<u64> {
    let mut buf = vec![0; 8 * 1024];
    let mut lines = 0;
    loop {
        let n = src.read(&mut buf).await?;
        lines += buf[..n].iter().filter(|&&b| b == b'\n').count() as u64;
        if n < buf.len() {
            return Ok(lines);
        }
    }
}
