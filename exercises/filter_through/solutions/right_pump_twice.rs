// right: one pump, used for both directions at once

//! Why it is right: `try_join!` polls both directions in one task, so nobody waits for the other to be done, and the first
//! error returns and drops the other. A buffer of 16 KiB for each is all that is held.
//!
//! In Node.js: `Promise.all([pipeline(input, filter), pipeline(filter, output)])`.

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
    let (_, total) = tokio::try_join!(feed, drain)?;
    Ok(total)
}
