// right: a fixed set of buffers goes round: full ones to the writer, empty ones back to the reader

// Nothing is allocated after the first lap, and the reader waits when no empty buffer is left. So the number of
// buffers is the bound, and the two channels need none of their own.
//
// Node.js: the same with two arrays; `fs.read(fd, buffer)` fills a buffer that it is given.

use anyhow::Result;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

pub async fn overlap_copy<R, W>(mut src: R, mut dst: W, chunk: usize, depth: usize) -> Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let buffers = depth + 2;
    let (full, mut to_write) = mpsc::channel::<(Vec<u8>, usize)>(buffers);
    let (empty, mut to_fill) = mpsc::channel::<Vec<u8>>(buffers);
    for _ in 0..buffers {
        empty.send(Vec::new()).await?;
    }
    let read = async move {
        while let Some(mut buffer) = to_fill.recv().await {
            buffer.resize(chunk, 0);
            match src.read(&mut buffer).await? {
                0 => break,
                n => full.send((buffer, n)).await?,
            }
        }
        anyhow::Ok(())
    };
    let write = async move {
        let mut copied = 0;
        while let Some((buffer, n)) = to_write.recv().await {
            dst.write_all(&buffer[..n]).await?;
            copied += n as u64;
            let _ = empty.send(buffer).await; // the reader may have come to the end
        }
        anyhow::Ok((copied, dst))
    };
    let ((), (copied, mut dst)) = tokio::try_join!(read, write)?;
    dst.shutdown().await?;
    Ok(copied)
}
