// trap fails errors: the last bytes can fail in `shutdown`, and its result is dropped

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

pub async fn relay<R, W>(mut src: R, mut dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let copied = tokio::io::copy(&mut src, &mut dst).await?;
    let _ = dst.shutdown().await;
    Ok(copied)
}
