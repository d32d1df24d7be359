//! Exercise `proxy`: the task is in `README.md`, three hints are in `hints.md`.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};

// ANCHOR: signature
/// Passes on what each side sends to the other, until both have sent their last byte. When one side
/// ends, the other is shut down, and the opposite direction goes on.
///
/// Returns the number of bytes from `client` to `server`, and from `server` to `client`.
///
/// # Errors
///
/// The first error of either side; and an error when for `idle` no byte has been read from or written
/// to either side. After an error neither side is shut down any more.
pub async fn proxy<A, B>(client: A, server: B, idle: Duration) -> anyhow::Result<(u64, u64)>
where
    A: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    B: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let _ = (client, server, idle);
    todo!("pass the bytes both ways")
}
// ANCHOR_END: signature
