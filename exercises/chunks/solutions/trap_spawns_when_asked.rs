// trap fails backpressure, cancel: a task starts with the first question, and then reads on by itself

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc;
use tokio_stream::Stream;

pub fn chunks<R>(src: R, size: usize) -> impl Stream<Item = io::Result<Bytes>> + Send
where
    R: AsyncRead + Unpin + Send + 'static,
{
    Lazy {
        src: Some(src),
        size,
        chunks: None,
    }
}

struct Lazy<R> {
    src: Option<R>,
    size: usize,
    chunks: Option<mpsc::Receiver<io::Result<Bytes>>>,
}

impl<R: AsyncRead + Unpin + Send + 'static> Stream for Lazy<R> {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(src) = self.src.take() {
            let (out, chunks) = mpsc::channel(1);
            tokio::spawn(pump(src, self.size, out));
            self.chunks = Some(chunks);
        }
        match &mut self.chunks {
            Some(chunks) => chunks.poll_recv(cx),
            None => Poll::Ready(None),
        }
    }
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
