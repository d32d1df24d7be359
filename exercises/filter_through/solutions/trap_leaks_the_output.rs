// trap fails cancel: the output is never dropped

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, copy, split};

pub async fn filter_through<T, R, W>(filter: T, mut input: R, output: W) -> anyhow::Result<u64>
where
    T: AsyncRead + AsyncWrite + Send + 'static,
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let mut output = std::mem::ManuallyDrop::new(output);
    let output = &mut *output;
    let (mut from_filter, mut to_filter) = split(filter);
    let feed = async {
        copy(&mut input, &mut to_filter).await?;
        to_filter.shutdown().await
    };
    let drain = async {
        let n = copy(&mut from_filter, output).await?;
        output.shutdown().await?;
        Ok(n)
    };
    let ((), n) = tokio::try_join!(feed, drain)?;
    Ok(n)
}
