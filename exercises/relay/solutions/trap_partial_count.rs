// trap fails errors: ends at an error of the source as if it were the end, and returns the count so far

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub async fn relay<R, W>(mut src: R, mut dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut buf = vec![0; 32 * 1024];
    let mut copied = 0;
    while let Ok(n) = src.read(&mut buf).await {
        if n == 0 {
            break;
        }
        dst.write_all(&buf[..n]).await?;
        copied += n as u64;
    }
    dst.shutdown().await?;
    Ok(copied)
}
