// trap fails overlap, errors: it fills a batch of `depth` chunks, and then it writes the batch

use anyhow::Result;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub async fn overlap_copy<R, W>(mut src: R, mut dst: W, chunk: usize, depth: usize) -> Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let mut batch = Vec::new();
    let (mut copied, mut ended) = (0, false);
    while !ended {
        while batch.len() < depth && !ended {
            let mut buffer = vec![0; chunk];
            let n = src.read(&mut buffer).await?;
            buffer.truncate(n);
            ended = n == 0;
            batch.push(buffer);
        }
        for chunk in batch.drain(..) {
            dst.write_all(&chunk).await?;
            copied += chunk.len() as u64;
        }
    }
    dst.shutdown().await?;
    Ok(copied)
}
