// trap fails cancel: the clock runs from the first byte on, and a phone that never sends one is held for ever

use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::bail;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, sleep_until};

type Clock = Arc<Mutex<Option<Instant>>>;

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    clock: Clock,
) -> anyhow::Result<u64> {
    let mut buf = vec![0; 16 * 1024];
    let mut total = 0;
    loop {
        let n = from.read(&mut buf).await?;
        *clock.lock().unwrap() = Some(Instant::now());
        if n == 0 {
            break;
        }
        let mut rest = &buf[..n];
        while !rest.is_empty() {
            let k = to.write(rest).await?;
            if k == 0 {
                bail!("takes no more");
            }
            *clock.lock().unwrap() = Some(Instant::now());
            rest = &rest[k..];
        }
        to.flush().await?;
        total += n as u64;
    }
    to.shutdown().await?;
    Ok(total)
}

async fn watch(clock: Clock, idle: Duration) {
    loop {
        let last = *clock.lock().unwrap();
        let Some(last) = last else {
            tokio::time::sleep(Duration::from_secs(1)).await;
            continue;
        };
        let until = last + idle;
        if until <= Instant::now() {
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
    let clock = Arc::new(Mutex::new(None));
    let (cr, cw) = tokio::io::split(client);
    let (sr, sw) = tokio::io::split(server);
    let up = pump(cr, sw, clock.clone());
    let down = pump(sr, cw, clock.clone());
    tokio::select! {
        r = async { tokio::try_join!(up, down) } => r,
        () = watch(clock, idle) => bail!("idle"),
    }
}
