// right: `read_buf` into a `BytesMut` that is reserved once and cleared before each read

//! Why it is right: `clear` sets the length to 0 and keeps the 32 KiB of capacity, so nothing is
//! allocated after the first read. `read_buf` sees capacity, where `read` sees length only.
//!
//! In Node.js: `filehandle.read(buffer)` into one `Buffer.allocUnsafe(32768)`.

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn count_lines<R: AsyncRead + Unpin>(mut src: R) -> anyhow::Result<u64> {
    let mut buf = BytesMut::with_capacity(32 * 1024);
    let mut lines = 0;
    while src.read_buf(&mut buf).await? > 0 {
        lines += buf.iter().filter(|&&b| b == b'\n').count() as u64;
        buf.clear();
    }
    Ok(lines)
}
