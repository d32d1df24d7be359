// trap fails errors: the writer shuts down when the queue is closed, and an error of the source closes it too

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
        let read = async {
            loop {
                let mut buffer = vec![0; chunk];
                let n = src.read(&mut buffer).await?;
                if n == 0 {
                    return anyhow::Ok(());
                }
                buffer.truncate(n);
                queue.send(buffer).await?;
            }
        };
        let result = read.await;
        drop(queue);
        result
    };
    let write = async move {
        let mut copied = 0;
        while let Some(chunk) = chunks.recv().await {
            dst.write_all(&chunk).await?;
            copied += chunk.len() as u64;
        }
        dst.shutdown().await?;
        anyhow::Ok(copied)
    };
    let (read, written) = tokio::join!(read, write);
    let copied = written?;
    read?;
    Ok(copied)
}
