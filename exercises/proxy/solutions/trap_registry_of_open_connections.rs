// trap fails memory: a connection is taken off the list of open ones by code that does not run when the caller drops it

use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::bail;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, sleep_until};

static OPEN: Mutex<Vec<(usize, Vec<u8>)>> = Mutex::new(Vec::new());
static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);

type Clock = Arc<Mutex<Instant>>;

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    clock: Clock,
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
    to.shutdown().await?;
    Ok(total)
}

async fn watch(clock: Clock, idle: Duration) {
    loop {
        let until = *clock.lock().unwrap() + idle;
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
    let clock = Arc::new(Mutex::new(Instant::now()));
    let id = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    OPEN.lock().unwrap().push((id, vec![1; 4096]));
    let (cr, cw) = tokio::io::split(client);
    let (sr, sw) = tokio::io::split(server);
    let up = pump(cr, sw, clock.clone());
    let down = pump(sr, cw, clock.clone());
    let r = tokio::select! {
        r = async { tokio::try_join!(up, down) } => r,
        () = watch(clock, idle) => Err(anyhow::anyhow!("idle")),
    };
    OPEN.lock().unwrap().retain(|(i, _)| *i != id);
    r
}
