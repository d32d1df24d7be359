// trap fails memory, backpressure: 1,024 chunks of 16 KiB are a bound of 16 MiB

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

pub async fn relay<R, W>(mut src: R, mut dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let (sender, mut receiver) = mpsc::channel::<Vec<u8>>(1024);
    let read = async move {
        let mut buf = vec![0; 16 * 1024];
        loop {
            let n = src.read(&mut buf).await?;
            if n == 0 {
                return anyhow::Ok(());
            }
            sender.send(buf[..n].to_vec()).await?;
        }
    };
    let write = async move {
        let mut copied = 0;
        while let Some(chunk) = receiver.recv().await {
            dst.write_all(&chunk).await?;
            copied += chunk.len() as u64;
        }
        dst.shutdown().await?;
        anyhow::Ok(copied)
    };
    let ((), copied) = tokio::try_join!(read, write)?;
    Ok(copied)
}
