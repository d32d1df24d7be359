// trap fails correct: takes a minute of silence for the end, and shuts the sink down

use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

pub async fn relay<R, W>(mut src: R, mut dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut buffer = vec![0; 16 * 1024];
    let mut total = 0;
    while let Ok(read) = timeout(Duration::from_secs(60), src.read(&mut buffer)).await {
        let n = read?;
        if n == 0 {
            break;
        }
        dst.write_all(&buffer[..n]).await?;
        total += n as u64;
    }
    dst.shutdown().await?;
    Ok(total)
}
