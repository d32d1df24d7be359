// trap fails correct: turns each chunk into text, which changes bytes that are not UTF-8 and characters that a chunk's end cuts

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
        let text = String::from_utf8_lossy(&buf[..n]);
        dst.write_all(text.as_bytes()).await?;
        copied += n as u64;
    }
    dst.shutdown().await?;
    Ok(copied)
}
