// trap fails correct: what comes waits in a `BufWriter` until 64 KiB are there, or the end

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufWriter};

pub async fn relay<R, W>(mut src: R, dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut dst = BufWriter::with_capacity(64 * 1024, dst);
    let mut buf = vec![0; 16 * 1024];
    let mut relayed = 0;
    loop {
        let n = src.read(&mut buf).await?;
        if n == 0 {
            break;
        }
        dst.write_all(&buf[..n]).await?;
        relayed += n as u64;
    }
    dst.shutdown().await?;
    Ok(relayed)
}
