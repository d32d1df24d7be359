// trap fails correct: polls the shutdown once, and takes `Pending` for done

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use tokio::io::{AsyncRead, AsyncWrite};

pub async fn relay<R, W>(mut src: R, mut dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let copied = tokio::io::copy(&mut src, &mut dst).await?;
    let closed = poll_fn(|cx| Poll::Ready(Pin::new(&mut dst).poll_shutdown(cx))).await;
    if let Poll::Ready(result) = closed {
        result?;
    }
    Ok(copied)
}
