// trap fails backpressure, errors, memory: all that the filter gives is held until it is complete

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy, split};

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
    let mut answer = Vec::new();
    tokio::try_join!(feed, from_filter.read_to_end(&mut answer))?;
    output.write_all(&answer).await?;
    output.shutdown().await?;
    Ok(answer.len() as u64)
}
