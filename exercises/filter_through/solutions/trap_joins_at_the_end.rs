// trap fails cancel, errors: the feeding task is asked for its error only after the draining

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, copy, split};

pub async fn filter_through<T, R, W>(filter: T, mut input: R, mut output: W) -> anyhow::Result<u64>
where
    T: AsyncRead + AsyncWrite + Send + 'static,
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (mut from_filter, mut to_filter) = split(filter);
    let feeder = tokio::spawn(async move {
        copy(&mut input, &mut to_filter).await?;
        to_filter.shutdown().await
    });
    let n = copy(&mut from_filter, &mut output).await?;
    feeder.await??;
    output.shutdown().await?;
    Ok(n)
}
