// right: the reader is a task of a `JoinSet`, and its error comes through the queue behind the chunks

// The set aborts its task when it is dropped, so the reader ends with this function, however that ends. An
// error of the source is an item of the queue: the writer gets it after the chunks before it, and stops.
//
// Node.js: an async generator that reads ahead; its `throw` comes out of the consumer's `for await`.

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
        let mut buffer = vec![0; chunk];
        loop {
            let item = match src.read(&mut buffer).await {
                Ok(0) => return,
                Ok(n) => Ok(buffer[..n].to_vec()),
                Err(error) => Err(error),
            };
            let last = item.is_err();
            if queue.send(item).await.is_err() || last {
                return;
            }
        }
    });
    let mut copied = 0;
    while let Some(chunk) = chunks.recv().await {
        let chunk = chunk?;
        dst.write_all(&chunk).await?;
        copied += chunk.len() as u64;
    }
    dst.shutdown().await?;
    Ok(copied)
}
