// trap fails overlap: it reads the next chunk while it writes this one, so it is one chunk ahead and never `depth`

use anyhow::Result;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub async fn overlap_copy<R, W>(mut src: R, mut dst: W, chunk: usize, depth: usize) -> Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let _ = depth;
    let (mut now, mut next) = (vec![0; chunk], vec![0; chunk]);
    let mut copied = 0;
    let mut n = src.read(&mut now).await?;
    while n > 0 {
        let (read, ()) = tokio::try_join!(src.read(&mut next), dst.write_all(&now[..n]))?;
        copied += n as u64;
        std::mem::swap(&mut now, &mut next);
        n = read;
    }
    dst.shutdown().await?;
    Ok(copied)
}
