// trap fails errors: writes one buffer while the next is filled, and `join!` waits for the source after a failed write

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub async fn relay<R, W>(mut src: R, mut dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let (mut full, mut free) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    let mut n = src.read(&mut full).await?;
    let mut total = 0;
    while n > 0 {
        let (written, read) = tokio::join!(dst.write_all(&full[..n]), src.read(&mut free));
        written?;
        total += n as u64;
        n = read?;
        (full, free) = (free, full);
    }
    dst.shutdown().await?;
    Ok(total)
}
