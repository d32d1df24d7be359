// right: the drain is polled beside the feed, and alone when that has ended

//! Why it is right: while both go on, whichever ends or fails first is heard; then only the other one is left to wait for.
//! It is `try_join!` written out.
//!
//! In Node.js: `Promise.race` of two `pipeline`s, and then the other one.

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
    let feed = pump(input, &mut writes);
    let drain = pump(reads, &mut output);
    tokio::pin!(feed, drain);
    tokio::select! {
        fed = &mut feed => {
            fed?;
        }
        drained = &mut drain => {
            let total = drained?;
            feed.await?;
            return Ok(total);
        }
    }
    Ok(drain.await?)
}
