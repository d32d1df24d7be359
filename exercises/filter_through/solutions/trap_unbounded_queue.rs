// trap fails backpressure, memory: what the filter gives waits in a queue without an end

use anyhow::Result;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy, split};
use tokio::sync::mpsc;

pub async fn filter_through<T, R, W>(filter: T, mut input: R, mut output: W) -> anyhow::Result<u64>
where
    T: AsyncRead + AsyncWrite + Send + 'static,
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (mut from_filter, mut to_filter) = split(filter);
    let (queue, mut queued) = mpsc::unbounded_channel();
    let feed = async {
        copy(&mut input, &mut to_filter).await?;
        Ok(to_filter.shutdown().await?)
    };
    let read = async move {
        loop {
            let mut chunk = Vec::with_capacity(8 * 1024);
            if from_filter.read_buf(&mut chunk).await? == 0 {
                return Ok(());
            }
            queue.send(chunk)?;
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
