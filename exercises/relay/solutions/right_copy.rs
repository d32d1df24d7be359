// right: `tokio::io::copy` moves the bytes and flushes, `shutdown` ends the sink, and both are checked

//! Why it is right: `copy` has one buffer of 8 KiB, reads again only when there is room in it, and
//! stops at the first error. Then `?` returns before `shutdown`, and dropping `dst` ends it unclean.
//!
//! In Node.js: `await pipeline(src, dst)`, which ends `dst` on success and destroys it on an error.

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

pub async fn relay<R, W>(mut src: R, mut dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let copied = tokio::io::copy(&mut src, &mut dst).await?;
    dst.shutdown().await?;
    Ok(copied)
}
