// trap fails correct, errors: a half is dropped, and nobody tells the filter that its input is over

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, copy, split};

pub async fn filter_through<T, R, W>(filter: T, mut input: R, mut output: W) -> anyhow::Result<u64>
where
    T: AsyncRead + AsyncWrite + Send + 'static,
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (mut from_filter, mut to_filter) = split(filter);
    let feed = async move {
        copy(&mut input, &mut to_filter).await?;
        drop(to_filter);
        std::io::Result::Ok(())
    };
    let drain = async {
        let n = copy(&mut from_filter, &mut output).await?;
        output.shutdown().await?;
        Ok(n)
    };
    let ((), n) = tokio::try_join!(feed, drain)?;
    Ok(n)
}
