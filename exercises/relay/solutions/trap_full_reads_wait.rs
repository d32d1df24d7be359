// trap fails correct: flushes after a read that was not full, and a full one may be the last for an hour

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufWriter};

pub async fn relay<R, W>(mut src: R, dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut dst = BufWriter::with_capacity(64 * 1024, dst);
    let mut buf = vec![0; 1024];
    let mut total = 0;
    while let n @ 1.. = src.read(&mut buf).await? {
        dst.write_all(&buf[..n]).await?;
        if n < buf.len() {
            dst.flush().await?;
        }
        total += n as u64;
    }
    dst.shutdown().await?;
    Ok(total)
}
