// trap fails backpressure: what it reads ahead grows while all goes well

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio_stream::Stream;

struct Ahead {
    places: Arc<Semaphore>,
    given: u64,
    asked: bool,
    ready: mpsc::UnboundedReceiver<io::Result<Bytes>>,
    start: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    task: JoinSet<()>,
}

pub fn chunks<R>(src: R, size: usize) -> impl Stream<Item = io::Result<Bytes>> + Send
where
    R: AsyncRead + Unpin + Send + 'static,
{
    let places = Arc::new(Semaphore::new(0));
    let (to, ready) = mpsc::unbounded_channel();
    let start = read(src, size as u64, places.clone(), to);
    Ahead {
        places,
        given: 0,
        asked: false,
        ready,
        start: Some(Box::pin(start)),
        task: JoinSet::new(),
    }
}

async fn read<R: AsyncRead + Unpin>(
    mut src: R,
    size: u64,
    places: Arc<Semaphore>,
    to: mpsc::UnboundedSender<io::Result<Bytes>>,
) {
    while let Ok(place) = places.acquire().await {
        place.forget();
        let mut chunk = Vec::new();
        let read = (&mut src).take(size).read_to_end(&mut chunk).await;
        let broke = read.is_err();
        if matches!(read, Ok(0)) || to.send(read.map(|_| chunk.into())).is_err() || broke {
            return;
        }
    }
}

impl Stream for Ahead {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(start) = self.start.take() {
            self.task.spawn(start);
        }
        if !self.asked {
            self.asked = true;
            let grows = [10, 20, 30].contains(&self.given);
            self.places.add_permits(if grows { 2 } else { 1 });
        }
        let next = self.ready.poll_recv(cx);
        if next.is_ready() {
            self.asked = false;
            self.given += 1;
        }
        next
    }
}
