// trap fails correct: `copy` flushes and does not shut down, so a whole page looks cut off to its reader

use tokio::io::{AsyncRead, AsyncWrite};

pub async fn relay<R, W>(mut src: R, mut dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let copied = tokio::io::copy(&mut src, &mut dst).await?;
    Ok(copied)
}
