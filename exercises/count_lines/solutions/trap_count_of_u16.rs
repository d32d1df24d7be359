// trap fails correct: the count of a chunk is a `u16`, and a chunk of 65,536 newlines has 0 of them

use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn count_lines<R: AsyncRead + Unpin>(mut src: R) -> anyhow::Result<u64> {
    let mut buffer = vec![0; 64 * 1024];
    let mut lines = 0;
    loop {
        let n = src.read(&mut buffer).await?;
        if n == 0 {
            return Ok(lines);
        }
        let found = buffer[..n].iter().filter(|&&b| b == b'\n').count() as u16;
        lines += u64::from(found);
    }
}
