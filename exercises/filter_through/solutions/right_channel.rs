// right: a bounded queue between the filter and the output

//! Why it is right: three loops at once, and what waits between two of them has a limit. The output is shut
//! down when all three have ended well.
//!
//! In Node.js: a `PassThrough` between the filter and the output.

use anyhow::Result;
use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_buf, split};
use tokio::sync::mpsc;

pub async fn filter_through<T, R, W>(filter: T, input: R, mut output: W) -> anyhow::Result<u64>
where
    T: AsyncRead + AsyncWrite + Send + 'static,
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (mut from_filter, mut to_filter) = split(filter);
    let (queue, mut queued) = mpsc::channel::<Bytes>(2);
    let feed = async {
        let mut input = tokio::io::BufReader::with_capacity(32 * 1024, input);
        copy_buf(&mut input, &mut to_filter).await?;
        Ok(to_filter.shutdown().await?)
    };
    let read = async move {
        loop {
            let mut chunk = Vec::with_capacity(8 * 1024);
            if from_filter.read_buf(&mut chunk).await? == 0 {
                return Ok(()); // drops `queue`
            }
            queue.send(chunk.into()).await?;
        }
    };
    let write = async {
        let mut total = 0;
        while let Some(chunk) = queued.recv().await {
            output.write_all(&chunk).await?;
            total += chunk.len() as u64;
        }
        Ok(total)
    };
    let run: Result<_> = async { tokio::try_join!(feed, read, write) }.await;
    let ((), (), total) = run?;
    output.shutdown().await?;
    Ok(total)
}
