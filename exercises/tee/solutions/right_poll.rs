// right: written by hand, with one buffer and how far each sink has come in it

//! Why it is right: both sinks are polled in each turn, so neither keeps the other from going on, and the buffer is
//! filled again when both have all of it. A sink that was shut down is not asked again.
//!
//! In Node.js: `a.write(chunk)` and `b.write(chunk)`, and the next `read()` when both have drained.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};

pub async fn tee<R, A, B>(mut src: R, mut a: A, mut b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let mut buf = vec![0; 16 * 1024];
    let mut copied = 0;
    loop {
        let n = src.read(&mut buf).await?;
        if n == 0 {
            break;
        }
        let (mut to_a, mut to_b) = (&buf[..n], &buf[..n]);
        poll_fn(|cx| {
            let a = poll_rest(&mut a, &mut to_a, cx)?;
            let b = poll_rest(&mut b, &mut to_b, cx)?;
            if a.is_ready() && b.is_ready() {
                return Poll::Ready(io::Result::Ok(()));
            }
            Poll::Pending
        })
        .await?;
        copied += n as u64;
    }
    let (mut a_done, mut b_done) = (false, false);
    poll_fn(|cx| {
        if !a_done {
            a_done = Pin::new(&mut a).poll_shutdown(cx)?.is_ready();
        }
        if !b_done {
            b_done = Pin::new(&mut b).poll_shutdown(cx)?.is_ready();
        }
        if a_done && b_done {
            return Poll::Ready(io::Result::Ok(()));
        }
        Poll::Pending
    })
    .await?;
    Ok(copied)
}

/// Writes until nothing of `rest` is left.
fn poll_rest<W: AsyncWrite + Unpin>(
    sink: &mut W,
    rest: &mut &[u8],
    cx: &mut Context<'_>,
) -> Poll<io::Result<()>> {
    while !rest.is_empty() {
        let n = ready!(Pin::new(&mut *sink).poll_write(cx, rest))?;
        if n == 0 {
            return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
        }
        *rest = &rest[n..];
    }
    Poll::Ready(Ok(()))
}
