// trap fails correct, errors: nobody reads the filter until all is written

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, copy, split};

pub async fn filter_through<T, R, W>(filter: T, mut input: R, mut output: W) -> anyhow::Result<u64>
where
    T: AsyncRead + AsyncWrite + Send + 'static,
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (mut from_filter, mut to_filter) = split(filter);
    copy(&mut input, &mut to_filter).await?;
    to_filter.shutdown().await?;
    let n = copy(&mut from_filter, &mut output).await?;
    output.shutdown().await?;
    Ok(n)
}
