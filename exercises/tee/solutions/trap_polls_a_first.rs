// trap fails overlap, errors: `ready!` on a leaves before b is polled, so b waits whenever a does

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Poll, ready};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

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
            while !to_a.is_empty() {
                let n = ready!(Pin::new(&mut a).poll_write(cx, to_a))?;
                to_a = &to_a[n..];
            }
            while !to_b.is_empty() {
                let n = ready!(Pin::new(&mut b).poll_write(cx, to_b))?;
                to_b = &to_b[n..];
            }
            Poll::Ready(std::io::Result::Ok(()))
        })
        .await?;
        copied += n as u64;
    }
    tokio::try_join!(a.shutdown(), b.shutdown())?;
    Ok(copied)
}
