//! Exercise `chunks`: the task is in `README.md`, three hints are in `hints.md`.

use std::io;

use bytes::Bytes;
use tokio::io::AsyncRead;
use tokio_stream::Stream;

// ANCHOR: signature
/// The bytes of `src` in chunks of `size` bytes each; the last one may be shorter, and is never
/// empty. `size` is at least 1. Nothing is read before the stream is polled.
///
/// # Errors
///
/// The first error of `src` is an item, in the place of the chunk that it broke. After it the
/// stream ends, and `src` is not read again.
pub fn chunks<R>(src: R, size: usize) -> impl Stream<Item = io::Result<Bytes>> + Send
where
    R: AsyncRead + Unpin + Send + 'static,
{
    let _ = (src, size);
    tokio_stream::iter(std::iter::from_fn(|| todo!("read a chunk of `src`")))
}
// ANCHOR_END: signature
