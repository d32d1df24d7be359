// trap fails cancel, memory: the source is never dropped

use anyhow::Result;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

pub async fn overlap_copy<R, W>(mut src: R, mut dst: W, chunk: usize, depth: usize) -> Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (queue, mut chunks) = mpsc::channel(depth);
    let read = async move {
        loop {
            let mut buffer = vec![0; chunk];
            let n = src.read(&mut buffer).await?;
            if n == 0 {
                std::mem::forget(src);
                return anyhow::Ok(());
            }
            buffer.truncate(n);
            queue.send(buffer).await?;
        }
    };
    let write = async move {
        let mut copied = 0;
        while let Some(chunk) = chunks.recv().await {
            dst.write_all(&chunk).await?;
            copied += chunk.len() as u64;
        }
        anyhow::Ok((dst, copied))
    };
    let ((), (mut dst, copied)) = tokio::try_join!(read, write)?;
    dst.shutdown().await?;
    Ok(copied)
}
