// right: both sinks behind a `BufWriter`, which a shutdown empties

//! Why it is right: 96 KiB in three buffers of fixed size. Both are flushed before either is shut down, so an error of the
//! last bytes is found while neither has been told that it is whole.
//!
//! In Node.js: `cork()` and `uncork()` around a few writes.

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader, BufWriter};

pub async fn tee<R, A, B>(src: R, a: A, b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let mut src = BufReader::with_capacity(64 * 1024, src);
    let mut a = BufWriter::with_capacity(16 * 1024, a);
    let mut b = BufWriter::with_capacity(16 * 1024, b);
    let mut copied = 0;
    loop {
        let piece = src.fill_buf().await?;
        let n = piece.len();
        if n == 0 {
            break;
        }
        tokio::try_join!(a.write_all(piece), b.write_all(piece))?;
        src.consume(n);
        copied += n as u64;
    }
    tokio::try_join!(a.flush(), b.flush())?;
    tokio::try_join!(a.shutdown(), b.shutdown())?;
    Ok(copied)
}
