//! Exercise `tee`: the task is in `README.md`, three hints are in `hints.md`.

use tokio::io::{AsyncRead, AsyncWrite};

// ANCHOR: signature
/// Copies every byte of `src` to `a` and to `b`, shuts both down, and returns the number of bytes in `src`.
///
/// # Errors
///
/// The first error of any of the three: a read, a write, a flush or a shutdown. A sink that has not got
/// every byte is then dropped without a shutdown.
pub async fn tee<R, A, B>(src: R, a: A, b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let _ = (src, a, b);
    todo!("copy src to a and to b, then end both")
}
// ANCHOR_END: signature
