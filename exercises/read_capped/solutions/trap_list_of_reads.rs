// trap fails memory: a `Vec` for each read, and a read may bring one byte

use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(mut src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut buf = vec![0; 8192];
    let mut chunks: Vec<Vec<u8>> = vec![];
    let mut len = 0;
    loop {
        let n = src.read(&mut buf).await?;
        if n == 0 {
            return Ok(chunks.concat());
        }
        len += n;
        anyhow::ensure!(len <= max, "too long");
        chunks.push(buf[..n].to_vec());
    }
}
