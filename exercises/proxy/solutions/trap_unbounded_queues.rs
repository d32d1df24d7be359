// trap fails memory, backpressure: an unbounded queue in each direction

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

pub async fn proxy<A, B>(client: A, server: B, idle: Duration) -> anyhow::Result<(u64, u64)>
where
    A: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    B: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
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
    let (sender, mut receiver) = mpsc::unbounded_channel::<Vec<u8>>();
    let read = async move {
        let mut buf = vec![0; 16 * 1024];
        loop {
            let n = from.read(&mut buf).await?;
            touch(clock);
            if n == 0 {
                return anyhow::Ok(());
            }
            sender.send(buf[..n].to_vec())?;
        }
    };
    let write = async {
        let mut copied = 0;
        while let Some(chunk) = receiver.recv().await {
            let mut rest = &chunk[..];
            while !rest.is_empty() {
                let written = to.write(rest).await?;
                touch(clock);
                rest = &rest[written..];
            }
            to.flush().await?;
            copied += chunk.len() as u64;
        }
        to.shutdown().await?;
        anyhow::Ok(copied)
    };
    Ok(tokio::try_join!(read, write)?.1)
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
