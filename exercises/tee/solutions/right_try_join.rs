// right: each piece is written to both sinks at once, and the next is read when both have it

//! Why it is right: one buffer of 32 KiB is all that is in flight, so the slower sink sets the pace, and the two writes
//! overlap. `try_join!` returns at the first error and drops the other write; then `?` leaves before any shutdown.
//!
//! In Node.js: `for await (const chunk of src) await Promise.all([write(a, chunk), write(b, chunk)])`, where `write` waits
//! for the callback; or `src.pipe(a); src.pipe(b)` with the error handling that `pipe` leaves out.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub async fn tee<R, A, B>(mut src: R, mut a: A, mut b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let mut buf = vec![0; 32 * 1024];
    let mut copied = 0;
    loop {
        let n = src.read(&mut buf).await?;
        if n == 0 {
            break;
        }
        tokio::try_join!(a.write_all(&buf[..n]), b.write_all(&buf[..n]))?;
        copied += n as u64;
    }
    tokio::try_join!(a.shutdown(), b.shutdown())?;
    Ok(copied)
}
