// trap fails memory, backpressure, overlap, errors: the input is read to its end before the first write

use anyhow::Result;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub async fn overlap_copy<R, W>(mut src: R, mut dst: W, chunk: usize, depth: usize) -> Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let _ = (chunk, depth);
    let mut all = Vec::new();
    src.read_to_end(&mut all).await?;
    dst.write_all(&all).await?;
    dst.shutdown().await?;
    Ok(all.len() as u64)
}
