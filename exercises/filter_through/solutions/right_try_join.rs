// right: two copies wait at the same time, and the first error ends both

//! Why it is right: whenever the filter has something, it is read, so its pipes cannot stay full. Each copy has
//! 8 KiB. After an error `try_join!` returns, and neither `shutdown` that was not reached is called.
//!
//! In Node.js: `Promise.all([pipeline(input, filter), pipeline(filter, output)])`.

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
        Ok(n)
    };
    let ((), n) = tokio::try_join!(feed, drain)?;
    Ok(n)
}
