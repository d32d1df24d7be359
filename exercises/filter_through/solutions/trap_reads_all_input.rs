// trap fails backpressure, errors, memory: the whole input is read before the filter gets a byte

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy, split};

pub async fn filter_through<T, R, W>(filter: T, mut input: R, mut output: W) -> anyhow::Result<u64>
where
    T: AsyncRead + AsyncWrite + Send + 'static,
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (mut from_filter, mut to_filter) = split(filter);
    let mut whole = Vec::new();
    input.read_to_end(&mut whole).await?;
    let feed = async {
        to_filter.write_all(&whole).await?;
        to_filter.shutdown().await
    };
    let ((), n) = tokio::try_join!(feed, copy(&mut from_filter, &mut output))?;
    output.shutdown().await?;
    Ok(n)
}
