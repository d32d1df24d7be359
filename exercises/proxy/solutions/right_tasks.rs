// right: each direction is a task of a `JoinSet`, which aborts them when it is dropped

//! Why it is right: an error of either task returns, and with the `JoinSet` both tasks go. A `JoinHandle` would leave
//! them running.
//!
//! In Node.js: two `pipeline` calls with one `AbortController` between them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

pub async fn proxy<A, B>(client: A, server: B, idle: Duration) -> anyhow::Result<(u64, u64)>
where
    A: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    B: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let clock = Arc::new(Mutex::new(Instant::now()));
    let (from_client, to_client) = split(client);
    let (from_server, to_server) = split(server);
    let (up, down) = (Arc::clone(&clock), Arc::clone(&clock));
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { (true, pump(from_client, to_server, &up).await) });
    tasks.spawn(async move { (false, pump(from_server, to_client, &down).await) });
    let (mut ups, mut downs) = (0, 0);
    loop {
        tokio::select! {
            done = tasks.join_next() => match done.transpose()? {
                Some((true, copied)) => ups = copied?,
                Some((false, copied)) => downs = copied?,
                None => return Ok((ups, downs)),
            },
            () = silence(&clock, idle) => anyhow::bail!("no byte moved for {idle:?}"),
        }
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
