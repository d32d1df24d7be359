// trap fails cancel, memory: the writers are tasks that nobody stops when the caller goes away

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

pub async fn tee<R, A, B>(mut src: R, a: A, b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let (to_a, from_a) = mpsc::channel(1);
    let (to_b, from_b) = mpsc::channel(1);
    let mut a = tokio::spawn(write(from_a, a));
    let mut b = tokio::spawn(write(from_b, b));
    let read = async move {
        let mut copied = 0;
        loop {
            let mut chunk = vec![0; 32 * 1024];
            let n = src.read(&mut chunk).await?;
            chunk.truncate(n);
            let chunk = Bytes::from(chunk);
            copied += n as u64;
            let (to_a, to_b) = tokio::join!(to_a.send(chunk.clone()), to_b.send(chunk));
            if n == 0 {
                return anyhow::Ok(copied);
            }
            if to_a.is_err() || to_b.is_err() {
                std::future::pending::<()>().await; // its writer has the error
            }
        }
    };
    let a = async { anyhow::Ok((&mut a).await??) };
    let b = async { anyhow::Ok((&mut b).await??) };
    let (copied, (), ()) = tokio::try_join!(read, a, b)?;
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
