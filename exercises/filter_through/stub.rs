//! Exercise `filter_through`: the task is in `README.md`, three hints are in `hints.md`.

use tokio::io::{AsyncRead, AsyncWrite};

// ANCHOR: signature
/// Writes all of `input` to `filter`, shuts `filter` down, writes all that `filter` gives to
/// `output`, and shuts `output` down. Returns the number of bytes that `output` was given.
///
/// # Errors
///
/// The first error of any of the three: a read, a write, a flush or a shutdown. After an error of
/// `input`, neither `filter` nor `output` is shut down; after any error, `output` is not.
pub async fn filter_through<T, R, W>(filter: T, input: R, output: W) -> anyhow::Result<u64>
where
    T: AsyncRead + AsyncWrite + Send + 'static,
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let _ = (filter, input, output);
    todo!("feed the filter and drain it at the same time")
}
// ANCHOR_END: signature
