// right: a queue with room for one chunk and a writer for each sink, all in one future

//! Why it is right: three chunks for each sink at the most (one in the queue, one being written, one that waits for room),
//! and the handles share their bytes. A queue is closed only when the reader has ended with `Ok`: if it fails, `try_join!`
//! returns in the same poll and drops both writers, before they see that their queue is closed.
//!
//! In Node.js: two `PassThrough` streams with a small `highWaterMark`, filled by `pipe`, which passes on no error: an
//! `'error'` listener on the source destroys both.

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

pub async fn tee<R, A, B>(mut src: R, a: A, b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let ((to_a, from_a), (to_b, from_b)) = (mpsc::channel(1), mpsc::channel(1));
    let read = async move {
        let mut copied = 0;
        loop {
            let mut chunk = BytesMut::with_capacity(32 * 1024);
            if src.read_buf(&mut chunk).await? == 0 {
                return Ok(copied); // and both queues are closed
            }
            copied += chunk.len() as u64;
            let chunk = chunk.freeze();
            // A writer that is gone has failed, and its error is the one that counts.
            let _ = to_a.send(chunk.clone()).await;
            let _ = to_b.send(chunk).await;
        }
    };
    let (copied, (), ()) = tokio::try_join!(read, write(from_a, a), write(from_b, b))?;
    Ok(copied)
}

async fn write<W: AsyncWrite + Unpin>(
    mut queue: mpsc::Receiver<Bytes>,
    mut sink: W,
) -> anyhow::Result<()> {
    while let Some(chunk) = queue.recv().await {
        sink.write_all(&chunk).await?;
    }
    sink.shutdown().await?;
    Ok(())
}
