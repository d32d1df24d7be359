// right: `copy_buf` writes straight out of a `BufReader` of 64 KiB

//! Why it is right: the buffer is the reader's own and is refilled only when all of it is written.
//! `copy_buf` flushes whenever there is nothing to read, and `shutdown` says that there is no more.
//!
//! In Node.js: `src.pipe(dst)` with a `highWaterMark` of 65536, plus the error handling that `pipe`
//! leaves out.

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};

pub async fn relay<R, W>(src: R, mut dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut src = BufReader::with_capacity(64 * 1024, src);
    let copied = tokio::io::copy_buf(&mut src, &mut dst).await?;
    dst.shutdown().await?;
    Ok(copied)
}
