// trap fails errors: reports every error as a body that is too long, so a broken connection looks like a bad client

use anyhow::{bail, ensure};
use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(mut src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    let mut chunk = vec![0; 8 * 1024];
    loop {
        let Ok(n) = src.read(&mut chunk).await else {
            bail!("the body is longer than {max} bytes");
        };
        if n == 0 {
            return Ok(body);
        }
        ensure!(n <= max - body.len(), "the body is longer than {max} bytes");
        body.extend_from_slice(&chunk[..n]);
    }
}
