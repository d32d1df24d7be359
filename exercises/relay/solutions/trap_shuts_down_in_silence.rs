// trap fails cancel: a guard shuts the sink down if the caller gives up while a read waits

use std::{
    pin::Pin,
    task::{Context, Waker},
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

struct End<W: AsyncWrite + Unpin>(W, bool);
impl<W: AsyncWrite + Unpin> Drop for End<W> {
    fn drop(&mut self) {
        if self.1 {
            let mut cx = Context::from_waker(Waker::noop());
            let _ = Pin::new(&mut self.0).poll_shutdown(&mut cx);
        }
    }
}

pub async fn relay<R, W>(mut src: R, dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut dst = End(dst, false);
    let mut buf = vec![0u8; 64 * 1024];
    let mut total = 0u64;
    loop {
        dst.1 = true;
        let n = src.read(&mut buf).await;
        dst.1 = false;
        let n = n?;
        if n == 0 {
            break;
        }
        dst.0.write_all(&buf[..n]).await?;
        total += n as u64;
    }
    dst.0.shutdown().await?;
    Ok(total)
}
