// trap fails errors: goes on with a when b has broken, and tells at the end

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub async fn tee<R, A, B>(mut src: R, mut a: A, mut b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let mut buf = vec![0; 32 * 1024];
    let mut copied = 0;
    let mut broken = None;
    loop {
        let n = src.read(&mut buf).await?;
        if n == 0 {
            break;
        }
        if broken.is_some() {
            a.write_all(&buf[..n]).await?;
        } else {
            let (main, backup) = tokio::join!(a.write_all(&buf[..n]), b.write_all(&buf[..n]));
            main?;
            broken = backup.err();
        }
        copied += n as u64;
    }
    a.shutdown().await?;
    if let Some(error) = broken {
        return Err(error.into());
    }
    b.shutdown().await?;
    Ok(copied)
}
