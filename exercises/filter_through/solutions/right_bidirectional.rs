// right: input and output are joined to one stream, and `copy_bidirectional` copies between it and the filter

//! Why it is right: it copies both ways at once in this future, passes on each end as a shutdown, and returns at the
//! first error. What it read of the filter is what it wrote to the output.
//!
//! In Node.js: `Duplex.from({ readable: input, writable: output })` joins the two; `pipeline(input, filter, output)`
//! does without it.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
pub async fn filter_through<T, R, W>(filter: T, mut input: R, mut output: W) -> anyhow::Result<u64>
where
    T: AsyncRead + AsyncWrite + Send + 'static,
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let mut filter = Box::pin(filter);
    let mut ends = tokio::io::join(&mut input, &mut output);
    let (n, _) = tokio::io::copy_bidirectional(&mut filter, &mut ends).await?;
    Ok(n)
}
