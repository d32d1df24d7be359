// trap fails correct: fills a buffer of 1 MiB at the most, whatever size was asked for

use std::io;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::Mutex;
use tokio_stream::{Stream, StreamExt};

const MOST: usize = 1024 * 1024;

pub fn chunks<R>(src: R, size: usize) -> impl Stream<Item = io::Result<Bytes>> + Send
where
    R: AsyncRead + Unpin + Send + 'static,
{
    let src = std::sync::Arc::new(Mutex::new(Some(src)));
    tokio_stream::iter(std::iter::repeat(()))
        .then(move |()| next_chunk(src.clone(), size.min(MOST)))
        .map_while(|chunk| chunk)
}

async fn next_chunk<R>(
    src: std::sync::Arc<Mutex<Option<R>>>,
    size: usize,
) -> Option<io::Result<Bytes>>
where
    R: AsyncRead + Unpin,
{
    let mut src = src.lock().await;
    let mut chunk = Vec::new();
    let read = src
        .as_mut()?
        .take(size as u64)
        .read_to_end(&mut chunk)
        .await;
    if let Err(error) = read {
        *src = None;
        return Some(Err(error));
    }
    (!chunk.is_empty()).then(|| Ok(chunk.into()))
}
