// right: one buffer of 128 KiB, filled before it is written

//! Why it is right: the buffer is large and of fixed size, a quarter of the budget and half of the window. Few large writes
//! suit a disk.
//!
//! In Node.js: a `highWaterMark` of 131072 on the source.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub async fn tee<R, A, B>(mut src: R, mut a: A, mut b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let mut buf = vec![0; 128 * 1024];
    let mut copied = 0;
    loop {
        let mut n = 0;
        while n < buf.len() {
            match src.read(&mut buf[n..]).await? {
                0 => break,
                more => n += more,
            }
        }
        if n == 0 {
            break;
        }
        tokio::try_join!(a.write_all(&buf[..n]), b.write_all(&buf[..n]))?;
        copied += n as u64;
    }
    tokio::try_join!(a.shutdown(), b.shutdown())?;
    Ok(copied)
}
