// trap fails memory: returns a clone of a vector that may have room for twice the body

use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(mut src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut body: Vec<u8> = Vec::new();
    let mut piece = vec![0; 32 * 1024];
    loop {
        let n = src.read(&mut piece).await?;
        if n == 0 {
            return Ok(body.clone());
        }
        anyhow::ensure!(n <= max - body.len(), "too long");
        body.extend_from_slice(&piece[..n]);
    }
}
