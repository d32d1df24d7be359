// trap fails errors: the output is shut down although the feed has broken at its end

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
    // The caller does it.
    Ok(total)
}

async fn feed_all(
    from: impl AsyncRead + Unpin,
    to: &mut (impl AsyncWrite + Unpin),
) -> std::io::Result<u64> {
    pump(from, to).await
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
    let drain = pump(reads, &mut output);
    let feed = async move {
        feed_all(input, &mut writes).await?;
        writes.shutdown().await
    };
    let (fed, total) = tokio::join!(feed, drain);
    let total = total?;
    output.shutdown().await?;
    fed?;
    Ok(total)
}
