// trap fails backpressure, cancel, early: a task reads at once, and goes on when nobody wants its chunks

use std::io;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;

pub fn chunks<R>(src: R, size: usize) -> impl Stream<Item = io::Result<Bytes>> + Send
where
    R: AsyncRead + Unpin + Send + 'static,
{
    let (out, chunks) = mpsc::channel(1);
    tokio::spawn(pump(src, size, out));
    ReceiverStream::new(chunks)
}

async fn pump<R>(mut src: R, size: usize, out: mpsc::Sender<io::Result<Bytes>>)
where
    R: AsyncRead + Unpin,
{
    loop {
        let mut chunk = Vec::with_capacity(size);
        let read = (&mut src).take(size as u64).read_to_end(&mut chunk).await;
        let last = chunk.len() < size;
        let chunk = read.map(|_| Bytes::from(chunk));
        if matches!(&chunk, Ok(chunk) if chunk.is_empty()) {
            return;
        }
        if out.send(chunk).await.is_err() || last {
            return;
        }
    }
}
