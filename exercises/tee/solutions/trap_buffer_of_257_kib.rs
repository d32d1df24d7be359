// trap fails backpressure: reads 257 KiB at a time, where 256 may be on their way

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub async fn tee<R, A, B>(src: R, a: A, b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let (mut src, mut a, mut b) = (src, a, b);

    let mut buffer = vec![0; 257 * 1024];
    let mut total = 0u64;
    loop {
        let n = src.read(&mut buffer).await?;
        if n == 0 {
            break;
        }
        tokio::try_join!(a.write_all(&buffer[..n]), b.write_all(&buffer[..n]))?;
        total += n as u64;
    }
    a.shutdown().await?;
    b.shutdown().await?;
    Ok(total)
}
