// right: a reader and a writer run at the same time inside this future, with a queue of `depth` between them

// While the queue is full, `send` waits, and nothing is read: the reader has one chunk in its hands,
// the writer another. `try_join!` returns at the first error and drops the other half where it stands;
// a caller who drops this future drops both.
//
// Node.js: `pipeline(src, dst)`, whose two high-water marks make about the same window.

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
                return anyhow::Ok(()); // drops the queue, which ends the writer's loop
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
