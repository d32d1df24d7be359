// trap fails correct: `<` where `<=` is meant, so a body of exactly `max` bytes is refused

use anyhow::ensure;
use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(mut src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut chunk = vec![0; 8 * 1024];
    let mut body = Vec::new();
    loop {
        let n = src.read(&mut chunk).await?;
        if n == 0 {
            return Ok(body);
        }
        ensure!(body.len() + n < max, "the body is longer than {max} bytes");
        body.extend_from_slice(&chunk[..n]);
    }
}
