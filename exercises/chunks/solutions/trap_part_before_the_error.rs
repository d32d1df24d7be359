// trap fails errors: what had come of the broken chunk goes out as one

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::{AsyncRead, ReadBuf};
use tokio_stream::Stream;

pub fn chunks<R>(src: R, size: usize) -> impl Stream<Item = io::Result<Bytes>> + Send
where
    R: AsyncRead + Unpin + Send + 'static,
{
    let buffer = Vec::with_capacity(size);
    Chunks {
        src: Some(src),
        buffer,
        error: None,
        size,
    }
}

struct Chunks<R> {
    src: Option<R>,
    buffer: Vec<u8>,
    error: Option<io::Error>,
    size: usize,
}

impl<R: AsyncRead + Unpin> Stream for Chunks<R> {
    type Item = io::Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        while let Some(src) = &mut this.src
            && this.buffer.len() < this.size
        {
            let mut room = [0; 1024];
            let most = room.len().min(this.size - this.buffer.len());
            let mut room = ReadBuf::new(&mut room[..most]);
            let read = ready!(Pin::new(src).poll_read(cx, &mut room));
            if read.is_err() || room.filled().is_empty() {
                this.error = read.err();
                this.src = None;
            }
            this.buffer.extend_from_slice(room.filled());
        }
        let chunk = Bytes::from(std::mem::take(&mut this.buffer));
        if !chunk.is_empty() {
            return Poll::Ready(Some(Ok(chunk)));
        }
        Poll::Ready(this.error.take().map(Err))
    }
}
