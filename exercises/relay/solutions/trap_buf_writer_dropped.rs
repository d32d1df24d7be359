// trap fails correct: a `BufWriter` that is dropped discards what it still holds

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufWriter};

pub async fn relay<R, W>(mut src: R, mut dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut buf = vec![0; 4 * 1024];
    let mut copied = 0;
    let mut buffered = BufWriter::new(&mut dst);
    loop {
        let n = src.read(&mut buf).await?;
        if n == 0 {
            break;
        }
        buffered.write_all(&buf[..n]).await?;
        copied += n as u64;
    }
    drop(buffered);
    dst.shutdown().await?;
    Ok(copied)
}
