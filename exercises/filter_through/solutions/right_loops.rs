// right: two loops with a buffer each

//! Why it is right: both directions are the same loop, and both run until both have ended or one has failed.
//!
//! In Node.js: two `for await` loops with `await once(stream, "drain")`, under `Promise.all`.

use anyhow::Result;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};

pub async fn filter_through<T, R, W>(filter: T, input: R, output: W) -> anyhow::Result<u64>
where
    T: AsyncRead + AsyncWrite + Send + 'static,
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (from_filter, to_filter) = split(filter);
    let (_, n) = tokio::try_join!(pump(input, to_filter), pump(from_filter, output))?;
    Ok(n)
}

async fn pump(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) -> Result<u64> {
    let mut buffer = vec![0; 32 * 1024];
    let mut total = 0;
    loop {
        let n = from.read(&mut buffer).await?;
        if n == 0 {
            break;
        }
        to.write_all(&buffer[..n]).await?;
        total += n as u64;
    }
    to.shutdown().await?;
    Ok(total)
}
