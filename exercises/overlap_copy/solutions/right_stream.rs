// right: read-ahead is an adapter: a stream of chunks that somebody fills in the background, at most `depth` ahead

// `read_ahead` can stand before any consumer of a stream. Its task ends when the stream is dropped, which closes the
// queue (`closed`), also while the task waits for the source.
//
// Node.js: an async generator with a small array, filled by an async function that the generator's `finally` stops.

use std::io;

use anyhow::Result;
use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc::{self, Sender};
use tokio_stream::{Stream, StreamExt, wrappers::ReceiverStream};

pub async fn overlap_copy<R, W>(src: R, mut dst: W, chunk: usize, depth: usize) -> Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let mut chunks = read_ahead(src, chunk, depth);
    let mut copied = 0;
    while let Some(chunk) = chunks.try_next().await? {
        dst.write_all(&chunk).await?;
        copied += chunk.len() as u64;
    }
    dst.shutdown().await?;
    Ok(copied)
}

fn read_ahead<R>(
    src: R,
    chunk: usize,
    depth: usize,
) -> impl Stream<Item = io::Result<Bytes>> + Unpin
where
    R: AsyncRead + Unpin + Send + 'static,
{
    let (queue, chunks) = mpsc::channel(depth);
    tokio::spawn(async move {
        tokio::select! {
            () = queue.closed() => {}
            () = fill(src, &queue, chunk) => {}
        }
    });
    ReceiverStream::new(chunks)
}

async fn fill<R: AsyncRead + Unpin>(mut src: R, queue: &Sender<io::Result<Bytes>>, chunk: usize) {
    let mut buffer = vec![0; chunk];
    loop {
        let read = src.read(&mut buffer).await;
        let last = read.is_err();
        let item = match read {
            Ok(0) => return,
            read => read.map(|n| Bytes::copy_from_slice(&buffer[..n])),
        };
        if queue.send(item).await.is_err() || last {
            return;
        }
    }
}
