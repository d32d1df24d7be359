// trap fails correct, backpressure: a broadcast never waits, so a slow sink is an error where nothing went wrong

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::broadcast::{self, error::RecvError};

pub async fn tee<R, A, B>(mut src: R, a: A, b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let (to_all, from_a) = broadcast::channel(8);
    let from_b = to_all.subscribe();
    let read = async move {
        let mut copied = 0;
        loop {
            let mut chunk = vec![0; 16 * 1024];
            let n = src.read(&mut chunk).await?;
            if n == 0 {
                return anyhow::Ok(copied);
            }
            chunk.truncate(n);
            to_all.send(Bytes::from(chunk))?;
            copied += n as u64;
        }
    };
    let (copied, (), ()) = tokio::try_join!(read, write(from_a, a), write(from_b, b))?;
    Ok(copied)
}

async fn write<W: AsyncWrite + Unpin>(
    mut queue: broadcast::Receiver<Bytes>,
    mut sink: W,
) -> anyhow::Result<()> {
    loop {
        match queue.recv().await {
            Ok(chunk) => sink.write_all(&chunk).await?,
            Err(RecvError::Closed) => break,
            Err(lagged) => return Err(lagged.into()),
        }
    }
    sink.shutdown().await?;
    Ok(())
}
