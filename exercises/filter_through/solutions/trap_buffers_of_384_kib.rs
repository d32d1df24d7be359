// trap fails backpressure, memory: one large buffer for each direction

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, split};

pub async fn filter_through<T, R, W>(filter: T, input: R, mut output: W) -> anyhow::Result<u64>
where
    T: AsyncRead + AsyncWrite + Send + 'static,
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (from_filter, mut to_filter) = split(filter);
    let mut input = tokio::io::BufReader::with_capacity(384 * 1024, input);
    let mut from_filter = tokio::io::BufReader::with_capacity(384 * 1024, from_filter);
    let feed = async {
        tokio::io::copy_buf(&mut input, &mut to_filter).await?;
        to_filter.shutdown().await
    };
    let drain = async {
        let n = tokio::io::copy_buf(&mut from_filter, &mut output).await?;
        output.shutdown().await?;
        Ok(n)
    };
    let ((), n) = tokio::try_join!(feed, drain)?;
    Ok(n)
}
