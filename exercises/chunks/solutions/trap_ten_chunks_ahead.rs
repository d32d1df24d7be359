// trap fails backpressure, early, errors, memory: fills a buffer of ten chunks before it gives the first

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncBufRead, AsyncRead, BufReader};
use tokio_stream::Stream;

pub fn chunks<R>(src: R, size: usize) -> impl Stream<Item = io::Result<Bytes>> + Send
where
    R: AsyncRead + Unpin + Send + 'static,
{
    let src = BufReader::new(src);
    Chunks {
        src: Some(src),
        chunk: BytesMut::new(),
        size,
    }
}

struct Chunks<R> {
    src: Option<BufReader<R>>,
    chunk: BytesMut,
    size: usize,
}

impl<R: AsyncRead + Unpin> Stream for Chunks<R> {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Chunks {
            src: slot,
            chunk,
            size,
        } = &mut *self;
        while let Some(src) = slot
            && (chunk.len() < *size || !chunk.len().is_multiple_of(10 * *size))
        {
            let mut src = Pin::new(src);
            let n = match ready!(src.as_mut().poll_fill_buf(cx)) {
                Ok(bytes) => {
                    let n = bytes.len().min(10 * *size - chunk.len());
                    chunk.extend_from_slice(&bytes[..n]);
                    n
                }
                Err(error) => {
                    *slot = None;
                    return Poll::Ready(Some(Err(error)));
                }
            };
            if n == 0 {
                *slot = None;
                break;
            }
            src.as_mut().consume(n);
        }
        let n = chunk.len().min(*size);
        let chunk = chunk.split_to(n).freeze();
        Poll::Ready((!chunk.is_empty()).then_some(Ok(chunk)))
    }
}
