// right: a writer made of both sinks, and `tokio::io::copy` into it

//! Why it is right: `Both` says that it has taken what the slower of the two has taken, so `copy` gives it the rest again,
//! and it leaves out for each sink what that has already. `copy` holds 8 KiB and stops at the first error.
//!
//! In Node.js: a `Writable` whose `write` writes to both and calls back when both have called back.

use std::io::{Error, ErrorKind, Result};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

pub async fn tee<R, A, B>(mut src: R, a: A, b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let mut both = Both {
        a,
        b,
        ahead: 0,
        a_shut: false,
    };
    let copied = tokio::io::copy(&mut src, &mut both).await?;
    both.shutdown().await?;
    Ok(copied)
}

/// Takes what both have taken. `ahead` is how far `a` (above 0) or `b` (below 0) is ahead of the other.
struct Both<A, B> {
    a: A,
    b: B,
    ahead: isize,
    a_shut: bool,
}

impl<A: AsyncWrite + Unpin, B: AsyncWrite + Unpin> AsyncWrite for Both<A, B> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<Result<usize>> {
        let this = &mut *self;
        let (a_has, b_has) = (
            usize::try_from(this.ahead).unwrap_or(0),
            usize::try_from(-this.ahead).unwrap_or(0),
        );
        let mut waits = false;
        let mut took = [a_has, b_has];
        if a_has < buf.len() {
            match Pin::new(&mut this.a).poll_write(cx, &buf[a_has..])? {
                Poll::Ready(0) => return Poll::Ready(Err(Error::from(ErrorKind::WriteZero))),
                Poll::Ready(n) => took[0] += n,
                Poll::Pending => waits = true,
            }
        }
        if b_has < buf.len() {
            match Pin::new(&mut this.b).poll_write(cx, &buf[b_has..])? {
                Poll::Ready(0) => return Poll::Ready(Err(Error::from(ErrorKind::WriteZero))),
                Poll::Ready(n) => took[1] += n,
                Poll::Pending => waits = true,
            }
        }
        let both = took[0].min(took[1]);
        this.ahead = (took[0] - both) as isize - (took[1] - both) as isize;
        if both == 0 {
            if !waits {
                cx.waker().wake_by_ref();
            }
            return Poll::Pending;
        }
        Poll::Ready(Ok(both))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        ready!(Pin::new(&mut self.a).poll_flush(cx))?;
        Pin::new(&mut self.b).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        if !self.a_shut {
            ready!(Pin::new(&mut self.a).poll_shutdown(cx))?;
            self.a_shut = true;
        }
        Pin::new(&mut self.b).poll_shutdown(cx)
    }
}
