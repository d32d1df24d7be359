// trap fails correct: flushes after a read of an even number of bytes

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufWriter};

pub async fn relay<R, W>(mut src: R, dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut dst = BufWriter::new(dst);
    let mut buf = vec![0; 8192];
    let mut total = 0;
    while let n @ 1.. = src.read(&mut buf).await? {
        dst.write_all(&buf[..n]).await?;
        if n % 2 == 0 {
            dst.flush().await?;
        }
        total += n as u64;
    }
    dst.shutdown().await?;
    Ok(total)
}
