// trap fails errors: the filter is shut down after an error too, and takes a part for the whole

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, copy, split};

pub async fn filter_through<T, R, W>(filter: T, mut input: R, mut output: W) -> anyhow::Result<u64>
where
    T: AsyncRead + AsyncWrite + Send + 'static,
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (mut from_filter, mut to_filter) = split(filter);
    let feed = async {
        let copied = copy(&mut input, &mut to_filter).await;
        to_filter.shutdown().await?;
        copied.map(drop)
    };
    let drain = async {
        let n = copy(&mut from_filter, &mut output).await?;
        output.shutdown().await?;
        Ok(n)
    };
    let ((), n) = tokio::try_join!(feed, drain)?;
    Ok(n)
}
