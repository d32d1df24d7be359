// trap fails errors: a task that reads drops its queue when the read fails, and the one that writes takes that for the end

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

async fn reads(
    mut from: impl AsyncRead + Unpin,
    to: mpsc::Sender<Bytes>,
    moved: mpsc::Sender<()>,
) -> anyhow::Result<Option<(bool, u64)>> {
    loop {
        let mut chunk = BytesMut::with_capacity(16 * 1024);
        if from.read_buf(&mut chunk).await? == 0 {
            return Ok(None);
        }
        let _ = moved.try_send(());
        if to.send(chunk.freeze()).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

async fn writes(
    first: bool,
    mut from: mpsc::Receiver<Bytes>,
    mut to: impl AsyncWrite + Unpin,
    moved: mpsc::Sender<()>,
) -> anyhow::Result<Option<(bool, u64)>> {
    let mut total = 0;
    while let Some(mut chunk) = from.recv().await {
        while !chunk.is_empty() {
            let n = to.write(&chunk).await?;
            anyhow::ensure!(n > 0, "takes nothing");
            total += n as u64;
            chunk = chunk.slice(n..);
            let _ = moved.try_send(());
        }
        if from.is_empty() {
            to.flush().await?;
        }
    }
    to.shutdown().await?;
    Ok(Some((first, total)))
}

/// Passes on what each side sends to the other.
pub async fn proxy<A, B>(client: A, server: B, idle: Duration) -> anyhow::Result<(u64, u64)>
where
    A: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    B: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (client_reads, client_writes) = tokio::io::split(client);
    let (server_reads, server_writes) = tokio::io::split(server);
    let (moved, mut moves) = mpsc::channel(1);
    let (to_server, for_server) = mpsc::channel(1);
    let (to_client, for_client) = mpsc::channel(1);
    let mut tasks = JoinSet::new();
    tasks.spawn(reads(client_reads, to_server, moved.clone()));
    tasks.spawn(reads(server_reads, to_client, moved.clone()));
    tasks.spawn(writes(true, for_server, server_writes, moved.clone()));
    tasks.spawn(writes(false, for_client, client_writes, moved.clone()));
    let (mut there, mut back) = (0, 0);
    let timer = tokio::time::sleep(idle);
    tokio::pin!(timer);
    let result = loop {
        tokio::select! {
            done = tasks.join_next() => match done {
                None => break Ok((there, back)),
                Some(done) => match done.map_err(Into::into).and_then(|r| r) {
                    Err(e) => break Err(e),
                    Ok(None) => {}
                    Ok(Some((true, n))) => there = n,
                    Ok(Some((false, n))) => back = n,
                },
            },
            _ = moves.recv() => timer.as_mut().reset(tokio::time::Instant::now() + idle),
            () = &mut timer => break Err(anyhow::anyhow!("no byte for {idle:?}")),
        }
    };
    tasks.shutdown().await;
    result
}
