// trap fails overlap: it reads, then writes, then reads: while one side works the other waits

use anyhow::Result;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub async fn overlap_copy<R, W>(mut src: R, mut dst: W, chunk: usize, depth: usize) -> Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let _ = depth;
    let mut buffer = vec![0; chunk];
    let mut copied = 0;
    loop {
        let n = src.read(&mut buffer).await?;
        if n == 0 {
            break;
        }
        dst.write_all(&buffer[..n]).await?;
        copied += n as u64;
    }
    dst.shutdown().await?;
    Ok(copied)
}
