// trap fails correct: takes a server that says nothing for a minute for a broken one

use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::time::timeout;

pub async fn relay<R, W>(src: R, mut dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut src = BufReader::new(src);
    timeout(Duration::from_secs(60), src.fill_buf()).await??;
    let n = tokio::io::copy_buf(&mut src, &mut dst).await?;
    dst.shutdown().await?;
    Ok(n)
}
