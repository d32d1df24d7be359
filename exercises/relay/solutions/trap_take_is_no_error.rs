// trap fails correct: `take` ends quietly after 16 MiB, so a longer output is cut and called whole

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

const LIMIT: u64 = 16 * 1024 * 1024;

pub async fn relay<R, W>(src: R, mut dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut src = src.take(LIMIT);
    let copied = tokio::io::copy(&mut src, &mut dst).await?;
    dst.shutdown().await?;
    Ok(copied)
}
