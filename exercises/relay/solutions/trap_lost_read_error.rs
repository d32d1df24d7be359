// trap fails errors: the writing half takes a failed source for an ended one, shuts the sink down and reports success

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

pub async fn relay<R, W>(mut src: R, mut dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let (sender, mut receiver) = mpsc::channel::<Vec<u8>>(2);
    let read = async move {
        let mut buf = vec![0; 16 * 1024];
        while let Ok(n) = src.read(&mut buf).await {
            if n == 0 || sender.send(buf[..n].to_vec()).await.is_err() {
                break;
            }
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
    let ((), copied) = tokio::join!(read, write);
    copied
}
