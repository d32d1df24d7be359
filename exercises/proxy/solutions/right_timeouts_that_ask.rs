// right: a timeout for each read and write, which asks whether the other direction has moved

//! Why it is right: the timeout is a question and no verdict. If the other direction has moved in the meantime, the
//! same read goes on, since it was borrowed and not dropped.
//!
//! In Node.js: `socket.setTimeout` on both sockets, with a `'timeout'` listener that looks at the other one.

use std::cell::Cell;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};
use tokio::time::{Instant, timeout_at};

pub async fn proxy<A, B>(client: A, server: B, idle: Duration) -> anyhow::Result<(u64, u64)>
where
    A: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    B: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let last = Cell::new(Instant::now());
    let (from_client, to_client) = split(client);
    let (from_server, to_server) = split(server);
    tokio::try_join!(
        pump(from_client, to_server, idle, &last),
        pump(from_server, to_client, idle, &last),
    )
}

async fn pump<R, W>(
    mut from: R,
    mut to: W,
    idle: Duration,
    last: &Cell<Instant>,
) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let (mut buf, mut copied) = (vec![0; 64 * 1024], 0);
    loop {
        let n = alive(from.read(&mut buf), idle, last).await?;
        if n == 0 {
            break;
        }
        let mut rest = &buf[..n];
        while !rest.is_empty() {
            let written = alive(to.write(rest), idle, last).await?;
            anyhow::ensure!(written > 0, "the connection takes no more bytes");
            rest = &rest[written..];
        }
        alive(to.flush(), idle, last).await?;
        copied += n as u64;
    }
    alive(to.shutdown(), idle, last).await?;
    Ok(copied)
}

/// Waits for `step` as long as something moves somewhere at least every `idle`.
async fn alive<T>(
    step: impl Future<Output = std::io::Result<T>>,
    idle: Duration,
    last: &Cell<Instant>,
) -> anyhow::Result<T> {
    let mut step = std::pin::pin!(step);
    loop {
        match timeout_at(last.get() + idle, &mut step).await {
            Ok(done) => {
                last.set(Instant::now());
                return Ok(done?);
            }
            Err(_) if last.get().elapsed() >= idle => anyhow::bail!("no byte moved for {idle:?}"),
            Err(_) => {}
        }
    }
}
