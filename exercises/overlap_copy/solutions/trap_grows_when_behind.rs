// trap fails memory, backpressure: it is bounded for the first 64 chunks, and then it is in a hurry

use std::sync::Arc;

use anyhow::Result;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

pub async fn overlap_copy<R, W>(mut src: R, mut dst: W, chunk: usize, depth: usize) -> Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (queue, mut chunks) = mpsc::unbounded_channel::<(Vec<u8>, Option<OwnedSemaphorePermit>)>();
    let room = Arc::new(Semaphore::new(depth));
    let read = async move {
        for i in 0.. {
            let mut buffer = vec![0; chunk];
            let n = src.read(&mut buffer).await?;
            if n == 0 {
                break;
            }
            buffer.truncate(n);
            let place = match i {
                0..64 => Some(room.clone().acquire_owned().await?),
                _ => room.clone().try_acquire_owned().ok(),
            };
            queue.send((buffer, place))?;
        }
        anyhow::Ok(())
    };
    let write = async move {
        let mut copied = 0;
        while let Some((chunk, place)) = chunks.recv().await {
            drop(place);
            dst.write_all(&chunk).await?;
            copied += chunk.len() as u64;
        }
        anyhow::Ok((dst, copied))
    };
    let ((), (mut dst, copied)) = tokio::try_join!(read, write)?;
    dst.shutdown().await?;
    Ok(copied)
}
