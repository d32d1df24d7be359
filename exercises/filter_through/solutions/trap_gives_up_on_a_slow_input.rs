// trap fails correct: four seconds for all of it, however much there is

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
        to_filter.shutdown().await
    };
    let drain = async {
        let n = copy(&mut from_filter, &mut output).await?;
        output.shutdown().await?;
        std::io::Result::Ok(n)
    };
    let limit = std::time::Duration::from_secs(4);
    let both = async { tokio::try_join!(feed, drain) };
    let ((), n): ((), u64) = match tokio::time::timeout(limit, both).await {
        Ok(ended) => ended?,
        Err(_) => anyhow::bail!("the filter is too slow"),
    };
    Ok(n)
}
