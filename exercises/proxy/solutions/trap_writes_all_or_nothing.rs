// trap fails correct: a write counts as a sign of life when the whole buffer is written

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    moved: Arc<AtomicU64>,
) -> anyhow::Result<u64> {
    let mut buf = vec![0; 16 * 1024];
    let mut total = 0;
    loop {
        let n = from.read(&mut buf).await?;
        moved.fetch_add(n as u64, Ordering::Relaxed);
        if n == 0 {
            break;
        }
        to.write_all(&buf[..n]).await?;
        moved.fetch_add(n as u64, Ordering::Relaxed);
        to.flush().await?;
        total += n as u64;
    }
    to.shutdown().await?;
    Ok(total)
}

async fn silence(moved: Arc<AtomicU64>, idle: Duration) {
    let mut before = u64::MAX;
    loop {
        let now = moved.load(Ordering::Relaxed);
        if now == before {
            return;
        }
        before = now;
        tokio::time::sleep(idle).await;
    }
}

/// Passes on what each side sends to the other.
pub async fn proxy<A, B>(client: A, server: B, idle: Duration) -> anyhow::Result<(u64, u64)>
where
    A: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    B: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (client_reads, client_writes) = tokio::io::split(client);
    let (server_reads, server_writes) = tokio::io::split(server);
    let moved = Arc::new(AtomicU64::new(0));
    let there = pump(client_reads, server_writes, Arc::clone(&moved));
    let back = pump(server_reads, client_writes, Arc::clone(&moved));
    tokio::select! {
        both = async { tokio::try_join!(there, back) } => both,
        () = silence(moved, idle) => anyhow::bail!("no byte for {idle:?}"),
    }
}
