// trap fails correct: a client that sends nothing within a minute is cut off, and so is one that is only slow to begin

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

pub async fn tee<R, A, B>(mut src: R, mut a: A, mut b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let mut buf = vec![0; 32 * 1024];
    let mut n = timeout(Duration::from_secs(60), src.read(&mut buf)).await??;
    let mut copied = 0;
    while n > 0 {
        tokio::try_join!(a.write_all(&buf[..n]), b.write_all(&buf[..n]))?;
        copied += n as u64;
        n = src.read(&mut buf).await?;
    }
    tokio::try_join!(a.shutdown(), b.shutdown())?;
    Ok(copied)
}
