// right: reader and writer are tasks, so they can use two cores, and a guard ends both with this function

// Awaiting a handle does not stop its task when the wait is dropped; the guard's `drop` does. The writer's result is
// looked at first: if the sink broke, the reader's failed `send` is no news.
//
// Node.js: no counterpart in one thread; a `Worker` for each side.

use anyhow::Result;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, spawn};

struct Abort(AbortHandle);
impl Drop for Abort {
    fn drop(&mut self) {
        self.0.abort();
    }
}

pub async fn overlap_copy<R, W>(mut src: R, mut dst: W, chunk: usize, depth: usize) -> Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (queue, mut chunks) = mpsc::channel(depth);
    let read = spawn(async move {
        loop {
            let mut buffer = Vec::with_capacity(chunk);
            if (&mut src).take(chunk as u64).read_buf(&mut buffer).await? == 0 {
                return std::io::Result::Ok(());
            }
            if queue.send(buffer).await.is_err() {
                return Ok(());
            }
        }
    });
    let write = spawn(async move {
        let mut copied = 0;
        while let Some(chunk) = chunks.recv().await {
            dst.write_all(&chunk).await?;
            copied += chunk.len() as u64;
        }
        anyhow::Ok((dst, copied))
    });
    let _guards = [Abort(read.abort_handle()), Abort(write.abort_handle())];
    let (mut dst, copied) = write.await??;
    read.await??;
    dst.shutdown().await?;
    Ok(copied)
}
