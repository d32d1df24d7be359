// trap fails memory: takes 1 MiB at once, for a body that may have 10 bytes

use anyhow::ensure;
use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(mut src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut chunk = vec![0; 8 * 1024];
    let mut body = Vec::with_capacity(1024 * 1024);
    loop {
        let n = src.read(&mut chunk).await?;
        if n == 0 {
            return Ok(body);
        }
        let room = max - body.len();
        ensure!(n <= room, "the body is longer than {max} bytes");
        body.extend_from_slice(&chunk[..n]);
    }
}
