// trap fails correct: takes a read that did not fill the buffer for the end of the input

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub async fn relay<R, W>(mut src: R, mut dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut buf = vec![0; 8 * 1024];
    let mut copied = 0;
    loop {
        let n = src.read(&mut buf).await?;
        dst.write_all(&buf[..n]).await?;
        copied += n as u64;
        if n < buf.len() {
            break;
        }
    }
    dst.shutdown().await?;
    Ok(copied)
}
