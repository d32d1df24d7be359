// right: a permit travels with each chunk, from before the read until after the write

// The channel has no bound; the semaphore has: `depth + 1` chunks may be under way, whoever holds them. Taken
// before the read, a permit also bounds what is in the reader's hands.
//
// Node.js: a counter of bytes that are under way, and a promise that the writer resolves.

use std::sync::Arc;

use anyhow::Result;
use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{Semaphore, mpsc};

pub async fn overlap_copy<R, W>(mut src: R, mut dst: W, chunk: usize, depth: usize) -> Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let room = Arc::new(Semaphore::new(depth + 1));
    let (queue, mut chunks) = mpsc::unbounded_channel();
    let read = async move {
        loop {
            let permit = room.clone().acquire_owned().await?;
            let mut buffer = BytesMut::with_capacity(chunk);
            if src.read_buf(&mut buffer).await? == 0 {
                return anyhow::Ok(());
            }
            queue.send((buffer, permit))?;
        }
    };
    let write = async {
        let mut copied = 0;
        while let Some((chunk, _permit)) = chunks.recv().await {
            dst.write_all(&chunk).await?;
            copied += chunk.len() as u64;
        }
        anyhow::Ok(copied)
    };
    let ((), copied) = tokio::try_join!(read, write)?;
    dst.shutdown().await?;
    Ok(copied)
}
