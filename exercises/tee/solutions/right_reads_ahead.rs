// right: the next piece is read while this one is written, in two buffers of 64 KiB

//! Why it is right: two buffers, whatever the length of the input: at most 128 KiB ahead of the slower sink, which is half of
//! the window. The three futures run together and the first error ends them all.
//!
//! In Node.js: a `Readable` does so by itself, up to its high-water mark.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub async fn tee<R, A, B>(mut src: R, mut a: A, mut b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let (mut now, mut next) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    let mut n = src.read(&mut now).await?;
    let mut copied = 0;
    while n > 0 {
        let (read, (), ()) = tokio::try_join!(
            src.read(&mut next),
            a.write_all(&now[..n]),
            b.write_all(&now[..n])
        )?;
        copied += n as u64;
        n = read;
        std::mem::swap(&mut now, &mut next);
    }
    a.shutdown().await?;
    b.shutdown().await?;
    Ok(copied)
}
