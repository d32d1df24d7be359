// trap fails backpressure, cancel, early, memory: a task reads all that comes into a queue without an end

use std::io;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc;
use tokio_stream::Stream;
use tokio_stream::wrappers::UnboundedReceiverStream;

pub fn chunks<R>(src: R, size: usize) -> impl Stream<Item = io::Result<Bytes>> + Send
where
    R: AsyncRead + Unpin + Send + 'static,
{
    let (out, chunks) = mpsc::unbounded_channel();
    tokio::spawn(pump(src, size, out));
    UnboundedReceiverStream::new(chunks)
}

async fn pump<R>(mut src: R, size: usize, out: mpsc::UnboundedSender<io::Result<Bytes>>)
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
        if out.send(chunk).is_err() || last {
            return;
        }
    }
}
