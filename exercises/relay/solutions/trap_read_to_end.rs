// trap fails correct, memory, backpressure: takes in the whole input before it writes the first byte

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub async fn relay<R, W>(mut src: R, mut dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut all = Vec::new();
    src.read_to_end(&mut all).await?;
    dst.write_all(&all).await?;
    dst.shutdown().await?;
    Ok(all.len() as u64)
}
