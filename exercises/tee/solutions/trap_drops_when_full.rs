// trap fails correct: leaves out a chunk for the sink whose queue is full

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

pub async fn tee<R, A, B>(mut src: R, a: A, b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let ((to_a, from_a), (to_b, from_b)) = (mpsc::channel(2), mpsc::channel(2));
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
            if to_a.try_send(chunk.clone()).is_err() {
                to_a.reserve().await?;
            }
            if to_b.try_send(chunk).is_err() {
                to_b.reserve().await?;
            }
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
