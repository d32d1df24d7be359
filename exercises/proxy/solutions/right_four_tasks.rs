// right: a task for each read and each write, with a queue of one read between them, through which errors go too

//! Why it is right: A queue holds one read, so each direction has 48 KiB at most: one read that comes, one that waits, one
//! that is written. An error goes through the queue like a
//! chunk: a queue that only closed would look like an end. The set ends its tasks when it is dropped.
//!
//! In Node.js: four async functions, two queues of one chunk, and one `AbortController` for all of them.

use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

async fn reads(
    mut from: impl AsyncRead + Unpin,
    to: mpsc::Sender<io::Result<Bytes>>,
    moved: mpsc::Sender<()>,
) -> anyhow::Result<Option<(bool, u64)>> {
    loop {
        let mut chunk = BytesMut::with_capacity(16 * 1024);
        let read = from.read_buf(&mut chunk).await;
        if matches!(read, Ok(0)) {
            return Ok(None);
        }
        let broken = read.is_err();
        let _ = moved.try_send(());
        if to.send(read.map(|_| chunk.freeze())).await.is_err() || broken {
            return Ok(None);
        }
    }
}

async fn writes(
    first: bool,
    mut from: mpsc::Receiver<io::Result<Bytes>>,
    mut to: impl AsyncWrite + Unpin,
    moved: mpsc::Sender<()>,
) -> anyhow::Result<Option<(bool, u64)>> {
    let mut total = 0;
    while let Some(chunk) = from.recv().await {
        let mut chunk = chunk?;
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
