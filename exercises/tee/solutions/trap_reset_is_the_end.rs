// trap fails errors: takes a source that was cut off for one that has ended

use std::io::ErrorKind;

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
        let n = match src.read(&mut buf).await {
            Err(error) if copied > 0 && error.kind() == ErrorKind::UnexpectedEof => 0,
            n => n?,
        };
        if n == 0 {
            break;
        }
        tokio::try_join!(a.write_all(&buf[..n]), b.write_all(&buf[..n]))?;
        copied += n as u64;
    }
    tokio::try_join!(a.shutdown(), b.shutdown())?;
    Ok(copied)
}
