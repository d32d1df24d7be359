// right: reads a piece, writes all of that piece, and only then reads the next

//! Why it is right: the await on `write_all` is the backpressure, since nothing is read while the
//! sink is busy. `write_all` goes on until a short write has become a whole one.
//!
//! In Node.js: `for await (const chunk of src) if (!dst.write(chunk)) await once(dst, 'drain')`,
//! then `dst.end()` and `await finished(dst)`; with an `'error'` listener on `dst`, and `dst.destroy()` if the loop
//! throws. `pipeline` does both.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub async fn relay<R, W>(mut src: R, mut dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut buf = vec![0; 32 * 1024];
    let mut copied = 0;
    loop {
        let n = src.read(&mut buf).await?;
        if n == 0 {
            break;
        }
        dst.write_all(&buf[..n]).await?;
        copied += n as u64;
    }
    dst.flush().await?;
    dst.shutdown().await?;
    Ok(copied)
}
