// trap fails errors: the task panics at an error of the source, and nobody asks how it ended

use anyhow::Result;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::{sync::mpsc, task::JoinSet};

pub async fn overlap_copy<R, W>(mut src: R, mut dst: W, chunk: usize, depth: usize) -> Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (queue, mut chunks) = mpsc::channel(depth);
    let mut reader = JoinSet::new();
    reader.spawn(async move {
        loop {
            let mut buffer = vec![0; chunk];
            let n = src.read(&mut buffer).await.unwrap();
            buffer.truncate(n);
            if n == 0 || queue.send(buffer).await.is_err() {
                return;
            }
        }
    });
    let mut copied = 0;
    while let Some(chunk) = chunks.recv().await {
        dst.write_all(&chunk).await?;
        copied += chunk.len() as u64;
    }
    dst.shutdown().await?;
    Ok(copied)
}
