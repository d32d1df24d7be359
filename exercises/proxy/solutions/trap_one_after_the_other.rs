// trap fails correct, cancel: the answer is read only when the request has ended, and nothing ends a shutdown that hangs

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, copy, split};
use tokio::time::timeout;

pub async fn proxy<A, B>(client: A, server: B, idle: Duration) -> anyhow::Result<(u64, u64)>
where
    A: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    B: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut from_client, mut to_client) = split(client);
    let (mut from_server, mut to_server) = split(server);
    let ups = timeout(idle, copy(&mut from_client, &mut to_server)).await??;
    to_server.shutdown().await?;
    let downs = timeout(idle, copy(&mut from_server, &mut to_client)).await??;
    to_client.shutdown().await?;
    Ok((ups, downs))
}
