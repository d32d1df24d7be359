// right: counts in a wrapper of its own, whose shutdown flushes first, as tokio-util's `Framed` does

//! Why it is right: `copy` hands the bytes on, and the wrapper counts what is accepted. Its shutdown flushes
//! first, in every poll: a flush of nothing costs nothing.
//!
//! In Node.js: a `Transform` that counts in `transform()`, between the two in `await pipeline(…)`.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
struct Counting<W> {
    inner: W,
    n: u64,
}
impl<W: AsyncWrite + Unpin> AsyncWrite for Counting<W> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        b: &[u8],
    ) -> Poll<io::Result<usize>> {
        let n = ready!(Pin::new(&mut self.inner).poll_write(cx, b))?;
        self.n += n as u64;
        Poll::Ready(Ok(n))
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.as_mut().poll_flush(cx))?;
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
pub async fn relay<R, W>(mut src: R, dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut dst = Counting { inner: dst, n: 0 };
    tokio::io::copy(&mut src, &mut dst).await?;
    dst.shutdown().await?;
    Ok(dst.n)
}
