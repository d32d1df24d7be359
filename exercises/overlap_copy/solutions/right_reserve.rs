// right: the reader takes a place in the queue first and reads after that, so its hands are empty while it waits

// A place that is reserved counts as taken. `depth + 1` places hold `depth` chunks that wait and the one that is
// being read; with the writer's, `depth + 2` are in flight at most.
//
// Node.js: `await writer.ready` before `read()`, and not between `read()` and `write()`.

use anyhow::Result;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

pub async fn overlap_copy<R, W>(mut src: R, mut dst: W, chunk: usize, depth: usize) -> Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (queue, mut chunks) = mpsc::channel(depth + 1);
    let read = async move {
        loop {
            let place = queue.reserve().await?;
            let mut buffer = vec![0; chunk];
            let n = src.read(&mut buffer).await?;
            if n == 0 {
                return anyhow::Ok(());
            }
            buffer.truncate(n);
            place.send(buffer);
        }
    };
    let write = async {
        let mut copied = 0;
        while let Some(chunk) = chunks.recv().await {
            dst.write_all(&chunk).await?;
            copied += chunk.len() as u64;
        }
        anyhow::Ok(copied)
    };
    let ((), copied) = tokio::try_join!(read, write)?;
    dst.shutdown().await?;
    Ok(copied)
}
