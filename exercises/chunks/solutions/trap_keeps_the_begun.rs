// trap fails memory: what a stream that is given up had of its chunk is kept in a static, for another try

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::{AsyncRead, ReadBuf};
use tokio_stream::Stream;

static BEGUN: std::sync::Mutex<Vec<Vec<u8>>> = std::sync::Mutex::new(Vec::new());

impl<R> Drop for Cutter<R> {
    fn drop(&mut self) {
        if !self.chunk.is_empty()
            && let Ok(mut begun) = BEGUN.lock()
        {
            begun.push(std::mem::take(&mut self.chunk));
        }
    }
}

struct Cutter<R> {
    src: Option<R>,
    chunk: Vec<u8>,
    size: usize,
}

pub fn chunks<R>(src: R, size: usize) -> impl Stream<Item = io::Result<Bytes>> + Send
where
    R: AsyncRead + Unpin + Send + 'static,
{
    Cutter {
        src: Some(src),
        chunk: Vec::new(),
        size,
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
            match ready!(Pin::new(&mut *src).poll_read(cx, &mut room)) {
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
