// trap fails correct: the timer runs from the start: a long answer is cut off

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional};
use tokio::time::timeout;

pub async fn proxy<A, B>(mut client: A, mut server: B, idle: Duration) -> anyhow::Result<(u64, u64)>
where
    A: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    B: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    Ok(timeout(idle, copy_bidirectional(&mut client, &mut server)).await??)
}
