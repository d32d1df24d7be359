// right: `copy_buf` from a `BufReader` of 64 KiB into a `BufWriter` of 64 KiB, which is shut down

//! Why it is right: 128 KiB lie between the two ends, half of the window. `copy_buf` flushes whenever the
//! source has nothing yet, and when it has ended. The shutdown of a `BufWriter` flushes what it holds and then shuts down the sink inside.
//!
//! In Node.js: `writable.cork()` and `writable.uncork()` around a few writes.

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader, BufWriter, copy_buf};

const BUFFER: usize = 64 * 1024;

pub async fn relay<R, W>(src: R, dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut src = BufReader::with_capacity(BUFFER, src);
    let mut dst = BufWriter::with_capacity(BUFFER, dst);
    let copied = copy_buf(&mut src, &mut dst).await?;
    dst.shutdown().await?;
    Ok(copied)
}
