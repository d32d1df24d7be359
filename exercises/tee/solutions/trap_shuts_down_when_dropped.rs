// trap fails cancel: when it is canceled, a task shuts the sinks down, and a part looks whole

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Ends a sink in any case.
struct Ending<W: AsyncWrite + Unpin + Send + 'static>(Option<W>);

impl<W: AsyncWrite + Unpin + Send + 'static> Drop for Ending<W> {
    fn drop(&mut self) {
        if let Some(mut sink) = self.0.take() {
            tokio::spawn(async move { sink.shutdown().await });
        }
    }
}

pub async fn tee<R, A, B>(src: R, a: A, b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let mut src = src;
    let mut buffer = vec![0; 32 * 1024];
    let mut total = 0;
    let (mut a, mut b) = (Ending(Some(a)), Ending(Some(b)));
    let result: anyhow::Result<()> = async {
        let (Some(a), Some(b)) = (&mut a.0, &mut b.0) else {
            return Ok(());
        };
        loop {
            let n = src.read(&mut buffer).await?;
            if n == 0 {
                break;
            }
            let piece = &buffer[..n];
            tokio::try_join!(a.write_all(piece), b.write_all(piece))?;
            total += n as u64;
        }
        tokio::try_join!(a.shutdown(), b.shutdown())?;
        Ok(())
    }
    .await;
    (a.0.take(), b.0.take());
    result.map(|()| total)
}
