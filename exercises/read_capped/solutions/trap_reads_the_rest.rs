// trap fails early: knows that the body is too long, and reads it to its end before it says so

use anyhow::ensure;
use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(mut src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut chunk = vec![0; 8 * 1024];
    let mut body = Vec::new();
    let mut len = 0;
    loop {
        let n = src.read(&mut chunk).await?;
        if n == 0 {
            break;
        }
        len += n;
        if len <= max {
            body.extend_from_slice(&chunk[..n]);
        }
    }
    ensure!(len <= max, "the body is longer than {max} bytes");
    Ok(body)
}
