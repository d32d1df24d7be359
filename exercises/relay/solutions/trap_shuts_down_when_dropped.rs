// trap fails cancel: shuts the sink down when the caller gives up, so a cut output looks whole to its reader

use std::pin::Pin;
use std::task::{Context, Waker};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, copy};

struct Ends<W: AsyncWrite + Unpin> {
    dst: W,
    armed: bool,
}

impl<W: AsyncWrite + Unpin> Drop for Ends<W> {
    fn drop(&mut self) {
        if self.armed {
            let mut cx = Context::from_waker(Waker::noop());
            let _ = Pin::new(&mut self.dst).poll_shutdown(&mut cx);
        }
    }
}

pub async fn relay<R, W>(mut src: R, dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut ends = Ends { dst, armed: true };
    let copied = copy(&mut src, &mut ends.dst).await;
    ends.armed = false;
    let n = copied?;
    ends.dst.shutdown().await?;
    Ok(n)
}
