// right: an in-memory pipe of `depth` chunks stands between two copies

// The pipe is the window: its writer waits when it holds `depth * chunk` bytes. Each copy has a buffer of one
// chunk of its own.
//
// Node.js: `pipeline(src, new PassThrough({ highWaterMark: depth * chunk / 2 }), dst)`: each of its two sides has
// that mark.

use anyhow::Result;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader, copy_buf, simplex};

pub async fn overlap_copy<R, W>(src: R, mut dst: W, chunk: usize, depth: usize) -> Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (pipe, mut into_pipe) = simplex(depth * chunk);
    let mut src = BufReader::with_capacity(chunk, src);
    let mut pipe = BufReader::with_capacity(chunk, pipe);
    let read = async {
        copy_buf(&mut src, &mut into_pipe).await?;
        into_pipe.shutdown().await
    };
    let write = copy_buf(&mut pipe, &mut dst);
    let ((), copied) = tokio::try_join!(read, write)?;
    dst.shutdown().await?;
    Ok(copied)
}
