// trap fails correct: returns what went in, not what came out

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, copy, split};

pub async fn filter_through<T, R, W>(filter: T, mut input: R, mut output: W) -> anyhow::Result<u64>
where
    T: AsyncRead + AsyncWrite + Send + 'static,
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (mut from_filter, mut to_filter) = split(filter);
    let feed = async {
        let n = copy(&mut input, &mut to_filter).await?;
        to_filter.shutdown().await?;
        Ok(n)
    };
    let drain = async {
        let n = copy(&mut from_filter, &mut output).await?;
        output.shutdown().await?;
        Ok::<_, std::io::Error>(n)
    };
    let (n, _): (u64, u64) = tokio::try_join!(feed, drain)?;
    Ok(n)
}
