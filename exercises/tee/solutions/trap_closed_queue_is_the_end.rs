// trap fails errors: a writer whose queue is closed shuts its sink down, whether the source has ended or somebody has failed

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
            if to_a.send(chunk.clone()).await.is_err() || to_b.send(chunk).await.is_err() {
                return Ok(copied);
            }
        }
    };
    let copied = read.await;
    let mut written = Ok(());
    while let Some(writer) = writers.join_next().await {
        written = written.and(writer?);
    }
    written?;
    copied
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
