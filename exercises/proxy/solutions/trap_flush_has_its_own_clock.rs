// trap fails correct: a flush and a shutdown may take `idle`, though bytes move the other way

use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, split};
use tokio::time::timeout;

use tokio::io::{AsyncRead, AsyncWrite};

/// Passes on what each side sends to the other, until both have sent their last byte. When one side
/// ends, the other is shut down, and the opposite direction goes on.
///
/// Returns the number of bytes from `client` to `server`, and from `server` to `client`.
///
/// # Errors
///
/// The first error of either side; and an error when for `idle` no byte has been read from or written
/// to either side. After an error neither side is shut down any more.
pub async fn proxy<A, B>(client: A, server: B, idle: Duration) -> anyhow::Result<(u64, u64)>
where
    A: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    B: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (cr, cw) = split(client);
    let (sr, sw) = split(server);
    let last = std::sync::Arc::new(std::sync::Mutex::new(tokio::time::Instant::now()));
    let (a, b) = tokio::try_join!(pump(cr, sw, idle, last.clone()), pump(sr, cw, idle, last))?;
    Ok((a, b))
}

type Last = std::sync::Arc<std::sync::Mutex<tokio::time::Instant>>;
async fn alive<T>(
    f: impl Future<Output = std::io::Result<T>>,
    idle: Duration,
    last: &Last,
) -> anyhow::Result<T> {
    tokio::pin!(f);
    loop {
        let left =
            (*last.lock().unwrap() + idle).saturating_duration_since(tokio::time::Instant::now());
        match timeout(left, &mut f).await {
            Ok(k) => return Ok(k?),
            Err(_) if last.lock().unwrap().elapsed() < idle => continue,
            Err(_) => anyhow::bail!("idle"),
        }
    }
}
async fn pump<R: AsyncRead + Unpin, W: AsyncWrite + Unpin>(
    mut r: R,
    mut w: W,
    idle: Duration,
    last: Last,
) -> anyhow::Result<u64> {
    let mut buf = vec![0u8; 16 * 1024];
    let mut n = 0;
    loop {
        let k = alive(r.read(&mut buf), idle, &last).await?;
        if k == 0 {
            break;
        }
        *last.lock().unwrap() = tokio::time::Instant::now();
        n += k as u64;
        let mut rest = &buf[..k];
        while !rest.is_empty() {
            let k = alive(w.write(rest), idle, &last).await?;
            anyhow::ensure!(k > 0, "zero");
            *last.lock().unwrap() = tokio::time::Instant::now();
            rest = &rest[k..];
        }
        timeout(idle, w.flush()).await??;
    }
    timeout(idle, w.shutdown()).await??;
    Ok(n)
}
