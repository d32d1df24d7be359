// right: the feed is the only task of a set, which ends it when it is dropped

//! Why it is right: the feed goes on while the drain waits for the output, and the other way round. A task would outlive a
//! caller that gives up; a `JoinSet` that is dropped aborts it.
//!
//! In Node.js: an async function that is called and awaited later, with an `AbortSignal`, since no drop ends it.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

async fn pump(
    mut from: impl AsyncRead + Unpin,
    to: &mut (impl AsyncWrite + Unpin),
) -> std::io::Result<u64> {
    let mut buf = vec![0; 16 * 1024];
    let mut total = 0;
    loop {
        let n = from.read(&mut buf).await?;
        if n == 0 {
            break;
        }
        to.write_all(&buf[..n]).await?;
        to.flush().await?;
        total += n as u64;
    }
    to.shutdown().await?;
    Ok(total)
}

/// Feeds `filter` from `input` and drains it into `output`.
pub async fn filter_through<T, R, W>(filter: T, input: R, output: W) -> anyhow::Result<u64>
where
    T: AsyncRead + AsyncWrite + Send + 'static,
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let mut output = output;
    let (reads, mut writes) = tokio::io::split(filter);
    let mut feed = tokio::task::JoinSet::new();
    feed.spawn(async move { pump(input, &mut writes).await });
    let fed = async move {
        match feed.join_next().await {
            Some(fed) => fed?,
            None => Ok(0),
        }
    };
    let drain = pump(reads, &mut output);
    let (_, total) = tokio::try_join!(fed, drain)?;
    Ok(total)
}
