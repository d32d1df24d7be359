// trap fails cancel: `copy_bidirectional` has no timer: a silent pair stays open for ever

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional};

pub async fn proxy<A, B>(
    mut client: A,
    mut server: B,
    _idle: Duration,
) -> anyhow::Result<(u64, u64)>
where
    A: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    B: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    Ok(copy_bidirectional(&mut client, &mut server).await?)
}
