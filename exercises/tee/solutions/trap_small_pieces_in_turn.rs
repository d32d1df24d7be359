// trap fails overlap: small pieces are written one after the other

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub async fn tee<R, A, B>(src: R, a: A, b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let (mut src, mut a, mut b) = (src, a, b);
    let mut buffer = vec![0; 32 * 1024];
    let mut total = 0;
    loop {
        let n = src.read(&mut buffer).await?;
        if n == 0 {
            break;
        }
        let piece = &buffer[..n];
        if n < 4096 {
            a.write_all(piece).await?;
            b.write_all(piece).await?;
        } else {
            tokio::try_join!(a.write_all(piece), b.write_all(piece))?;
        }
        total += n as u64;
    }
    tokio::try_join!(a.shutdown(), b.shutdown())?;
    Ok(total)
}
