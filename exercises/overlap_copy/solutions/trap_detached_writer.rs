// trap fails cancel, errors: the writer is a task that goes on when the caller has gone, and when it fails the reader does not hear of it

use anyhow::Result;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

pub async fn overlap_copy<R, W>(mut src: R, mut dst: W, chunk: usize, depth: usize) -> Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (queue, mut chunks) = mpsc::channel::<Vec<u8>>(depth);
    let write = tokio::spawn(async move {
        let mut copied = 0;
        while let Some(chunk) = chunks.recv().await {
            dst.write_all(&chunk).await?;
            copied += chunk.len() as u64;
        }
        anyhow::Ok((dst, copied))
    });
    loop {
        let mut buffer = vec![0; chunk];
        let n = src.read(&mut buffer).await?;
        if n == 0 {
            break;
        }
        buffer.truncate(n);
        if queue.send(buffer).await.is_err() {
            break;
        }
    }
    drop(queue);
    let (mut dst, copied) = write.await??;
    dst.shutdown().await?;
    Ok(copied)
}
