// trap fails errors: shuts both sinks down whatever came of the copy, so a part looks whole

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub async fn tee<R, A, B>(mut src: R, mut a: A, mut b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let copied = copy(&mut src, &mut a, &mut b).await;
    tokio::try_join!(a.shutdown(), b.shutdown())?;
    copied
}

async fn copy<R, A, B>(src: &mut R, a: &mut A, b: &mut B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    A: AsyncWrite + Unpin,
    B: AsyncWrite + Unpin,
{
    let mut buf = vec![0; 32 * 1024];
    let mut copied = 0;
    loop {
        let n = src.read(&mut buf).await?;
        if n == 0 {
            break;
        }
        tokio::try_join!(a.write_all(&buf[..n]), b.write_all(&buf[..n]))?;
        copied += n as u64;
    }
    Ok(copied)
}
