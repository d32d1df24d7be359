// trap fails memory, backpressure: the queues are bounded, by 64 chunks of 32 KiB, and that is 2 MiB

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

pub async fn tee<R, A, B>(mut src: R, a: A, b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let ((to_a, from_a), (to_b, from_b)) = (mpsc::channel(64), mpsc::channel(64));
    let read = async move {
        let mut copied = 0;
        loop {
            let mut chunk = vec![0; 32 * 1024];
            let n = src.read(&mut chunk).await?;
            if n == 0 {
                return anyhow::Ok(copied);
            }
            chunk.truncate(n);
            let chunk = Bytes::from(chunk);
            copied += n as u64;
            let _ = to_a.send(chunk.clone()).await;
            let _ = to_b.send(chunk).await;
        }
    };
    let (copied, (), ()) = tokio::try_join!(read, write(from_a, a), write(from_b, b))?;
    Ok(copied)
}

async fn write<W: AsyncWrite + Unpin>(
    mut queue: mpsc::Receiver<Bytes>,
    mut sink: W,
) -> anyhow::Result<()> {
    while let Some(chunk) = queue.recv().await {
        sink.write_all(&chunk).await?;
    }
    sink.shutdown().await?;
    Ok(())
}
