// trap fails errors: a sink that is gone counts as a sink that has had enough

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
    let (mut dst, copied) = match tokio::try_join!(read, write) {
        Ok(((), done)) => done,
        Err(e) if is_broken_pipe(&e) => return Ok(0),
        Err(e) => return Err(e),
    };
    dst.shutdown().await?;
    Ok(copied)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<std::io::Error>();
    error.is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}
