// trap fails errors: reads on to the end of the source when a writer is gone, and hears of its error only then

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

pub async fn tee<R, A, B>(mut src: R, a: A, b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let (to_a, from_a) = mpsc::channel(1);
    let (to_b, from_b) = mpsc::channel(1);
    let mut writers = JoinSet::new();
    writers.spawn(write(from_a, a));
    writers.spawn(write(from_b, b));
    let mut copied = 0;
    loop {
        let mut chunk = vec![0; 32 * 1024];
        let n = src.read(&mut chunk).await?;
        chunk.truncate(n);
        let chunk = Bytes::from(chunk); // an empty one is the end
        copied += n as u64;
        let _ = tokio::join!(to_a.send(chunk.clone()), to_b.send(chunk));
        if n == 0 {
            break;
        }
    }
    while let Some(written) = writers.join_next().await {
        written??;
    }
    Ok(copied)
}

async fn write<W: AsyncWrite + Unpin>(
    mut queue: mpsc::Receiver<Bytes>,
    mut sink: W,
) -> anyhow::Result<()> {
    while let Some(chunk) = queue.recv().await {
        if chunk.is_empty() {
            sink.shutdown().await?;
            break;
        }
        sink.write_all(&chunk).await?;
    }
    Ok(())
}
