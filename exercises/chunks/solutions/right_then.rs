// right: combinators over an endless iterator, with the reader in a lock

//! Why it is right: `then` makes its next future when it is asked for an item, and keeps it until it is
//! done. The reader goes back into its place only after a whole chunk.
//!
//! In Node.js: an `async function*`, since `Readable.map` cannot end the stream and reads ahead.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::Mutex;
use tokio_stream::{Stream, StreamExt};

pub fn chunks<R>(src: R, size: usize) -> impl Stream<Item = io::Result<Bytes>> + Send
where
    R: AsyncRead + Unpin + Send + 'static,
{
    let src = Arc::new(Mutex::new(Some(src)));
    tokio_stream::iter(std::iter::repeat(()))
        .then(move |()| next_chunk(src.clone(), size))
        .map_while(|chunk| chunk)
}

async fn next_chunk<R>(src: Arc<Mutex<Option<R>>>, size: usize) -> Option<io::Result<Bytes>>
where
    R: AsyncRead + Unpin,
{
    let mut slot = src.lock().await;
    let mut src = slot.take()?;
    let mut chunk = Vec::with_capacity(size);
    match (&mut src).take(size as u64).read_to_end(&mut chunk).await {
        Err(error) => return Some(Err(error)),
        Ok(n) if n == size => *slot = Some(src),
        Ok(0) => return None,
        Ok(_) => {}
    }
    Some(Ok(chunk.into()))
}
