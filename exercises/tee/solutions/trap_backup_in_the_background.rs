// trap fails correct, memory, backpressure, errors, cancel: a task that nobody waits for serves b from a queue without a bound

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

pub async fn tee<R, A, B>(mut src: R, mut a: A, mut b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let (to_b, mut from_b) = mpsc::unbounded_channel::<Vec<u8>>();
    tokio::spawn(async move {
        while let Some(chunk) = from_b.recv().await {
            b.write_all(&chunk).await?;
        }
        b.shutdown().await
    });
    let mut buf = vec![0; 32 * 1024];
    let mut copied = 0;
    loop {
        let n = src.read(&mut buf).await?;
        if n == 0 {
            break;
        }
        let _ = to_b.send(buf[..n].to_vec());
        a.write_all(&buf[..n]).await?;
        copied += n as u64;
    }
    a.shutdown().await?;
    Ok(copied)
}
