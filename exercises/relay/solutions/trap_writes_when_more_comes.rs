// trap fails correct: a write that has to wait goes on only when more has come

use bytes::{Buf, BytesMut};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub async fn relay<R, W>(mut src: R, mut dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut held = BytesMut::new();
    let mut buf = vec![0; 16 * 1024];
    let mut total = 0u64;
    loop {
        let n = src.read(&mut buf).await?;
        if n == 0 {
            break;
        }
        total += n as u64;
        held.extend_from_slice(&buf[..n]);
        std::future::poll_fn(|cx: &mut Context<'_>| {
            while !held.is_empty() {
                match Pin::new(&mut dst).poll_write(cx, &held) {
                    Poll::Pending if held.len() < 48 * 1024 => return Poll::Ready(Ok(())),
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Ok(n)) => held.advance(n),
                    Poll::Ready(Err(e)) => return Poll::Ready(Err(e)),
                }
            }
            Poll::Ready(Ok(()))
        })
        .await?;
    }
    dst.write_all(&held).await?;
    dst.shutdown().await?;
    Ok(total)
}
