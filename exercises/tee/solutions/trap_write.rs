// trap fails correct: `write` may take a part of what it is given, and each sink another part

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub async fn tee<R, A, B>(mut src: R, mut a: A, mut b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let mut buf = vec![0; 32 * 1024];
    let mut copied = 0;
    loop {
        let n = src.read(&mut buf).await?;
        if n == 0 {
            break;
        }
        tokio::try_join!(a.write(&buf[..n]), b.write(&buf[..n]))?;
        copied += n as u64;
    }
    tokio::try_join!(a.shutdown(), b.shutdown())?;
    Ok(copied)
}
