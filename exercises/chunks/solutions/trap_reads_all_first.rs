// trap fails backpressure, early, errors, memory: the first question reads the whole input

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio_stream::Stream;

pub fn chunks<R>(src: R, size: usize) -> impl Stream<Item = io::Result<Bytes>> + Send
where
    R: AsyncRead + Unpin + Send + 'static,
{
    let whole = Box::pin(async move {
        let (mut src, mut whole) = (src, Vec::new());
        src.read_to_end(&mut whole).await?;
        Ok(Bytes::from(whole))
    });
    Whole {
        whole: Some(whole),
        left: Bytes::new(),
        size,
    }
}

struct Whole {
    whole: Option<Pin<Box<dyn Future<Output = io::Result<Bytes>> + Send>>>,
    left: Bytes,
    size: usize,
}

impl Stream for Whole {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(whole) = &mut self.whole {
            let whole = ready!(whole.as_mut().poll(cx));
            self.whole = None;
            match whole {
                Ok(bytes) => self.left = bytes,
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
        let n = self.left.len().min(self.size);
        let chunk = self.left.split_to(n);
        Poll::Ready((n > 0).then_some(Ok(chunk)))
    }
}
