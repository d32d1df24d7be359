// trap fails errors: when the answer is there, the feed is dropped, with the error that its shutdown would give

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
pub async fn filter_through<T, R, W>(filter: T, mut input: R, mut output: W) -> anyhow::Result<u64>
where
    T: AsyncRead + AsyncWrite + Send + 'static,
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (mut from, mut to) = tokio::io::split(filter);
    let feed = async {
        tokio::io::copy(&mut input, &mut to).await?;
        to.shutdown().await?;
        anyhow::Ok(())
    };
    let drain = async {
        let n = tokio::io::copy(&mut from, &mut output).await?;
        output.shutdown().await?;
        anyhow::Ok(n)
    };
    tokio::pin!(feed, drain);
    tokio::select! {
        r = &mut drain => r,
        r = &mut feed => { r?; drain.await }
    }
}
