// trap fails errors: `while let Ok` ends at an error as if it were the end, and returns a part of the body

use anyhow::ensure;
use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(mut src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut chunk = vec![0; 8 * 1024];
    let mut body = Vec::new();
    while let Ok(n) = src.read(&mut chunk).await {
        if n == 0 {
            break;
        }
        let room = max - body.len();
        ensure!(n <= room, "the body is longer than {max} bytes");
        body.extend_from_slice(&chunk[..n]);
    }
    Ok(body)
}
