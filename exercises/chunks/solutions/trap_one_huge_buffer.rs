// trap fails backpressure, memory: cuts its chunks off blocks of 1 MiB

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
    let src = BufReader::with_capacity(1024 * 1024, src);
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
        let Some(src) = slot else {
            return Poll::Ready(None);
        };
        let mut src = Pin::new(src);
        while chunk.len() < *size {
            let n = match ready!(src.as_mut().poll_fill_buf(cx)) {
                Ok(bytes) => {
                    let n = bytes.len().min(*size - chunk.len());
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
        let chunk = chunk.split().freeze();
        Poll::Ready((!chunk.is_empty()).then_some(Ok(chunk)))
    }
}
