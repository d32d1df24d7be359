// trap fails errors: reads the source to its end after the sink has broken, and reports it only then

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub async fn relay<R, W>(mut src: R, mut dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut buf = vec![0; 16 * 1024];
    let mut copied = 0;
    let mut broken = None;
    loop {
        let n = src.read(&mut buf).await?;
        if n == 0 {
            break;
        }
        if broken.is_none() {
            broken = dst.write_all(&buf[..n]).await.err();
        }
        copied += n as u64;
    }
    if let Some(error) = broken {
        return Err(error.into());
    }
    dst.shutdown().await?;
    Ok(copied)
}
