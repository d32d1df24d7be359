// trap fails memory, backpressure: takes in the whole input before either sink gets a byte

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub async fn tee<R, A, B>(mut src: R, mut a: A, mut b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let mut all = Vec::new();
    src.read_to_end(&mut all).await?;
    tokio::try_join!(a.write_all(&all), b.write_all(&all))?;
    tokio::try_join!(a.shutdown(), b.shutdown())?;
    Ok(all.len() as u64)
}
