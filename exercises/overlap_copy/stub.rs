//! Exercise `overlap_copy`: the task is in `README.md`, three hints are in `hints.md`.

use tokio::io::{AsyncRead, AsyncWrite};

// ANCHOR: signature
/// Copies every byte of `src` to `dst` while it reads ahead, shuts `dst` down, and returns the number
/// of bytes copied.
///
/// A read brings at most `chunk` bytes. One chunk is being written, `depth` may wait, and one more may
/// have been read and find no place yet: the source is at most `(depth + 2) * chunk` bytes ahead of the
/// sink. `chunk` and `depth` are at least 1.
///
/// # Errors
///
/// An error of either side: a read, a write, a flush or the shutdown; of two, either one. After an error of
/// `src`, `dst` is dropped without a shutdown; after an error of `dst`, nobody waits for `src`.
pub async fn overlap_copy<R, W>(src: R, dst: W, chunk: usize, depth: usize) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let _ = (src, dst, chunk, depth);
    todo!("read the next chunks while one is written")
}
// ANCHOR_END: signature
