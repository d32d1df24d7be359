// trap fails errors: an output that says `NotConnected` is taken for one that was shut down

use std::io::ErrorKind;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

pub async fn filter_through<T, R, W>(filter: T, mut input: R, mut output: W) -> anyhow::Result<u64>
where
    T: AsyncRead + AsyncWrite + Send + 'static,
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (mut from, mut to) = tokio::io::split(filter);
    let feed = async {
        tokio::io::copy(&mut input, &mut to).await?;
        to.shutdown().await
    };
    let drain = async {
        let n = tokio::io::copy(&mut from, &mut output).await?;
        match output.shutdown().await {
            Err(e) if e.kind() != ErrorKind::NotConnected => Err(e),
            _ => Ok(n),
        }
    };
    let ((), n) = tokio::try_join!(feed, drain)?;
    Ok(n)
}
