// trap fails cancel: nobody looks for silence any more when both sides have ended, and the last shutdown may hang

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::bail;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, sleep_until};

type Clock = Arc<Mutex<Instant>>;

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    clock: Clock,
    ended: Arc<AtomicUsize>,
) -> anyhow::Result<u64> {
    let mut buf = vec![0; 16 * 1024];
    let mut total = 0;
    loop {
        let n = from.read(&mut buf).await?;
        *clock.lock().unwrap() = Instant::now();
        if n == 0 {
            break;
        }
        let mut rest = &buf[..n];
        while !rest.is_empty() {
            let k = to.write(rest).await?;
            if k == 0 {
                bail!("takes no more");
            }
            *clock.lock().unwrap() = Instant::now();
            rest = &rest[k..];
        }
        to.flush().await?;
        total += n as u64;
    }
    ended.fetch_add(1, Ordering::Relaxed);
    to.shutdown().await?;
    Ok(total)
}

async fn watch(clock: Clock, idle: Duration, ended: Arc<AtomicUsize>) {
    loop {
        let until = *clock.lock().unwrap() + idle;
        if until <= Instant::now() {
            if ended.load(Ordering::Relaxed) == 2 {
                std::future::pending::<()>().await;
            }
            return;
        }
        sleep_until(until).await;
    }
}

pub async fn proxy<A, B>(client: A, server: B, idle: Duration) -> anyhow::Result<(u64, u64)>
where
    A: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    B: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let clock = Arc::new(Mutex::new(Instant::now()));
    let ended = Arc::new(AtomicUsize::new(0));
    let (cr, cw) = tokio::io::split(client);
    let (sr, sw) = tokio::io::split(server);
    let up = pump(cr, sw, clock.clone(), ended.clone());
    let down = pump(sr, cw, clock.clone(), ended.clone());
    tokio::select! {
        r = async { tokio::try_join!(up, down) } => r,
        () = watch(clock, idle, ended) => bail!("idle"),
    }
}
