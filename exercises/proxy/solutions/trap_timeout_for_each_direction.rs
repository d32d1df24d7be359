// trap fails correct, cancel: a direction that has nothing to say ends the one that has, and nothing ends a shutdown that hangs

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};
use tokio::time::timeout;

pub async fn proxy<A, B>(client: A, server: B, idle: Duration) -> anyhow::Result<(u64, u64)>
where
    A: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    B: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (from_client, to_client) = split(client);
    let (from_server, to_server) = split(server);
    tokio::try_join!(
        pump(from_client, to_server, idle),
        pump(from_server, to_client, idle),
    )
}

/// Copies `from` to `to` and shuts `to` down. No read takes longer than `idle`.
async fn pump<R, W>(mut from: R, mut to: W, idle: Duration) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut buf = vec![0; 16 * 1024];
    let mut copied = 0;
    loop {
        let n = timeout(idle, from.read(&mut buf)).await??;
        if n == 0 {
            break;
        }
        let mut rest = &buf[..n];
        while !rest.is_empty() {
            let written = to.write(rest).await?;
            anyhow::ensure!(written > 0, "the connection takes no more bytes");
            rest = &rest[written..];
        }
        to.flush().await?;
        copied += n as u64;
    }
    to.shutdown().await?;
    Ok(copied)
}
