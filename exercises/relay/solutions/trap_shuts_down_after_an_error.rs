// trap fails errors: shuts the sink down whatever happened, so a cut output looks whole to its reader

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

pub async fn relay<R, W>(mut src: R, mut dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let copied = tokio::io::copy(&mut src, &mut dst).await;
    dst.shutdown().await?;
    Ok(copied?)
}
