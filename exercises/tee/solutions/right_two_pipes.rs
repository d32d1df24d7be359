// right: two pipes in memory with room for 16 KiB, each copied to its sink

//! Why it is right: 16 KiB in each pipe and 8 KiB in each `copy`, so the source is at most 40 KiB ahead of the slower sink.
//! The pipes end only when the source has; if it fails, `try_join!` drops the copies before they see an end.
//!
//! In Node.js: `src.pipe(new PassThrough())` for each sink, and `pipeline` from there; `pipe` passes on no error, so
//! `src.on('error', …)` destroys both.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy, duplex};

pub async fn tee<R, A, B>(mut src: R, mut a: A, mut b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let (mut to_a, mut from_a) = duplex(16 * 1024);
    let (mut to_b, mut from_b) = duplex(16 * 1024);
    let read = async {
        let mut buf = vec![0; 16 * 1024];
        let mut copied = 0;
        loop {
            let n = src.read(&mut buf).await?;
            if n == 0 {
                tokio::try_join!(to_a.shutdown(), to_b.shutdown())?;
                return Ok(copied);
            }
            tokio::try_join!(to_a.write_all(&buf[..n]), to_b.write_all(&buf[..n]))?;
            copied += n as u64;
        }
    };
    let to_a = async {
        copy(&mut from_a, &mut a).await?;
        a.shutdown().await
    };
    let to_b = async {
        copy(&mut from_b, &mut b).await?;
        b.shutdown().await
    };
    let (copied, (), ()) = tokio::try_join!(read, to_a, to_b)?;
    Ok(copied)
}
