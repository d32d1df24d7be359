// trap fails correct: half a second of `idle` is lost, and a connection that lives is cut off

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};
use tokio::time::{Instant, sleep_until};

pub async fn proxy<A, B>(client: A, server: B, idle: Duration) -> anyhow::Result<(u64, u64)>
where
    A: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    B: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let idle = Duration::from_secs(idle.as_secs());
    let clock = Arc::new(Mutex::new(Instant::now()));
    let (from_client, to_client) = split(client);
    let (from_server, to_server) = split(server);
    let both = async {
        tokio::try_join!(
            pump(from_client, to_server, &clock),
            pump(from_server, to_client, &clock),
        )
    };
    tokio::select! {
        copied = both => copied,
        () = silence(&clock, idle) => anyhow::bail!("no byte moved for {idle:?}"),
    }
}

type Clock = Arc<Mutex<Instant>>;

/// Copies `from` to `to` and shuts `to` down. Each read and each write sets the clock back.
async fn pump<R, W>(mut from: R, mut to: W, clock: &Clock) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut buf = vec![0; 16 * 1024];
    let mut copied = 0;
    loop {
        let n = from.read(&mut buf).await?;
        touch(clock);
        if n == 0 {
            break;
        }
        let mut rest = &buf[..n];
        while !rest.is_empty() {
            let written = to.write(rest).await?;
            anyhow::ensure!(written > 0, "the connection takes no more bytes");
            touch(clock);
            rest = &rest[written..];
        }
        to.flush().await?;
        copied += n as u64;
    }
    to.shutdown().await?;
    Ok(copied)
}

fn touch(clock: &Clock) {
    *clock.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
}

/// Ends when the clock has not been set back for `idle`.
async fn silence(clock: &Clock, idle: Duration) {
    loop {
        let last = *clock.lock().unwrap_or_else(PoisonError::into_inner);
        if last.elapsed() >= idle {
            return;
        }
        sleep_until(last + idle).await;
    }
}
