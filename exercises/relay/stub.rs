//! Exercise `relay`: the task is in `README.md`, three hints are in `hints.md`.

use tokio::io::{AsyncRead, AsyncWrite};

// ANCHOR: signature
/// Copies every byte of `src` to `dst`, shuts `dst` down, and returns the number of bytes copied.
///
/// # Errors
///
/// The first error of either side: a read, a write, a flush or the shutdown. After an error of
/// `src`, `dst` is dropped without a shutdown.
pub async fn relay<R, W>(src: R, dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let _ = (src, dst);
    todo!("copy src to dst, then end dst")
}
// ANCHOR_END: signature
