// trap fails correct: a chunk that is not full after 30 s is given out as it is

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::{AsyncRead, ReadBuf};
use tokio_stream::Stream;

struct Cutter<R> {
    src: Option<R>,
    chunk: Vec<u8>,
    size: usize,
    patience: Option<Pin<Box<tokio::time::Sleep>>>,
}

pub fn chunks<R>(src: R, size: usize) -> impl Stream<Item = io::Result<Bytes>> + Send
where
    R: AsyncRead + Unpin + Send + 'static,
{
    Cutter {
        src: Some(src),
        chunk: Vec::new(),
        size,
        patience: None,
    }
}

impl<R: AsyncRead + Unpin> Stream for Cutter<R> {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let Some(src) = &mut this.src else {
            return Poll::Ready(None);
        };
        let mut piece = [0; 8 * 1024];
        while this.chunk.len() < this.size {
            let most = piece.len().min(this.size - this.chunk.len());
            let mut room = ReadBuf::new(&mut piece[..most]);
            let Poll::Ready(read) = Pin::new(&mut *src).poll_read(cx, &mut room) else {
                let wait = std::time::Duration::from_secs(30);
                let patience = this
                    .patience
                    .get_or_insert_with(|| Box::pin(tokio::time::sleep(wait)));
                ready!(patience.as_mut().poll(cx));
                this.patience = None;
                if this.chunk.is_empty() {
                    continue;
                }
                break;
            };
            this.patience = None;
            match read {
                Ok(()) if room.filled().is_empty() => {
                    this.src = None;
                    break;
                }
                Ok(()) => this.chunk.extend_from_slice(room.filled()),
                Err(e) => {
                    this.src = None;
                    this.chunk.clear();
                    return Poll::Ready(Some(Err(e)));
                }
            }
        }
        let chunk = std::mem::take(&mut this.chunk);
        Poll::Ready((!chunk.is_empty()).then(|| Ok(chunk.into())))
    }
}
