// right: a task for each sink, which shuts it down only when it is told that the source has ended

//! Why it is right: a closed queue could mean the end or an error, so the end is sent as an empty chunk, and a writer
//! whose queue is closed without one leaves its sink as it is. The first error of any of the three ends the function, and
//! the `JoinSet` aborts what is left, also when the caller goes away.
//!
//! In Node.js: two async functions that read from queues, and `end()` only after a `null` that was sent on purpose.

use std::pin::pin;

use anyhow::{Context, bail};
use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

pub async fn tee<R, A, B>(mut src: R, a: A, b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let mut writers = JoinSet::new(); // aborts its tasks when it is dropped
    let (to_a, from_a) = mpsc::channel(1);
    let (to_b, from_b) = mpsc::channel(1);
    writers.spawn(write(from_a, a));
    writers.spawn(write(from_b, b));
    let mut read = pin!(async {
        let mut copied = 0;
        loop {
            let mut chunk = vec![0; 32 * 1024];
            let n = src.read(&mut chunk).await?;
            chunk.truncate(n);
            let chunk = Bytes::from(chunk); // an empty one is the end
            copied += n as u64;
            let (a, b) = tokio::join!(to_a.send(chunk.clone()), to_b.send(chunk));
            if n == 0 || a.is_err() || b.is_err() {
                return std::io::Result::Ok(copied);
            }
        }
    });
    let mut copied = None;
    loop {
        tokio::select! {
            read = &mut read, if copied.is_none() => copied = Some(read?),
            written = writers.join_next() => match written {
                Some(written) => written??,
                None => return copied.context("the writers ended before the source"),
            },
        }
    }
}

async fn write<W: AsyncWrite + Unpin>(
    mut queue: mpsc::Receiver<Bytes>,
    mut sink: W,
) -> anyhow::Result<()> {
    while let Some(chunk) = queue.recv().await {
        if chunk.is_empty() {
            sink.shutdown().await?;
            return Ok(());
        }
        sink.write_all(&chunk).await?;
    }
    bail!("the source did not end"); // nobody hears this: the set has been dropped
}
