// trap fails memory: keeps 8 bytes for every chunk, which is little and grows with the input

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub async fn relay<R, W>(mut src: R, mut dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut buf = vec![0; 32 * 1024];
    let mut offsets = vec![0];
    loop {
        let n = src.read(&mut buf).await?;
        let offset = offsets[offsets.len() - 1];
        if n == 0 {
            dst.shutdown().await?;
            return Ok(offset);
        }
        dst.write_all(&buf[..n]).await?;
        offsets.push(offset + n as u64);
    }
}
