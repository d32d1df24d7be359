// right: reads a chunk at a time and stops at the one that does not fit

//! Why it is right: the limit is checked before a chunk is kept, so the body never exceeds `max`,
//! and at most one chunk of 8 KiB is read past it. The vector grows with what has arrived and not
//! with what was allowed.
//!
//! In Node.js: `for await (const chunk of req)` with a running total, and a throw once it is over
//! the limit, which destroys the request.

use anyhow::ensure;
use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(mut src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut chunk = vec![0; 8 * 1024];
    let mut body = Vec::new();
    loop {
        let n = src.read(&mut chunk).await?;
        if n == 0 {
            return Ok(body);
        }
        let room = max - body.len();
        ensure!(n <= room, "the body is longer than {max} bytes");
        body.extend_from_slice(&chunk[..n]);
    }
}
