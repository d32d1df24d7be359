// trap fails correct, errors: the first direction that ends takes the other one with it

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, copy, split};

pub async fn filter_through<T, R, W>(filter: T, mut input: R, mut output: W) -> anyhow::Result<u64>
where
    T: AsyncRead + AsyncWrite + Send + 'static,
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (mut from_filter, mut to_filter) = split(filter);
    let feed = async {
        copy(&mut input, &mut to_filter).await?;
        to_filter.shutdown().await?;
        Ok(0)
    };
    let n = tokio::select! {
        n = feed => n,
        n = copy(&mut from_filter, &mut output) => n,
    }?;
    output.shutdown().await?;
    Ok(n)
}
