// trap fails correct, errors: each piece is written, and then as much is read

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};

pub async fn filter_through<T, R, W>(filter: T, mut input: R, mut output: W) -> anyhow::Result<u64>
where
    T: AsyncRead + AsyncWrite + Send + 'static,
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (mut from_filter, mut to_filter) = split(filter);
    let mut buffer = vec![0; 8 * 1024];
    let mut total = 0;
    loop {
        let n = input.read(&mut buffer).await?;
        if n == 0 {
            break;
        }
        to_filter.write_all(&buffer[..n]).await?;
        let n = from_filter.read(&mut buffer).await?;
        output.write_all(&buffer[..n]).await?;
        total += n as u64;
    }
    to_filter.shutdown().await?;
    total += tokio::io::copy(&mut from_filter, &mut output).await?;
    output.shutdown().await?;
    Ok(total)
}
