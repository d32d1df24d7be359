// trap fails errors: `unwrap` on a write, so a broken sink ends the server

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
        let (to_a, to_b) = tokio::join!(a.write_all(&buf[..n]), b.write_all(&buf[..n]));
        to_a.unwrap();
        to_b.unwrap();
        copied += n as u64;
    }
    tokio::try_join!(a.shutdown(), b.shutdown())?;
    Ok(copied)
}
