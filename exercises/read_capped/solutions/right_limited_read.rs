// right: reads straight into the body, with room for one byte more than allowed

//! Why it is right: `limit` leaves room for one byte more than may come, and `read_buf` fills what
//! the vector has. `reserve` doubles the vector, so there are few reads, and at most twice
//! what has arrived and 8 KiB.
//!
//! In Node.js: `fh.read(buffer, offset, Math.min(room + 1, …))`, into a buffer that is doubled by hand.

use anyhow::ensure;
use bytes::BufMut;
use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(mut src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        body.reserve(4 * 1024);
        let room = (max - body.len()).saturating_add(1);
        let n = src.read_buf(&mut (&mut body).limit(room)).await?;
        ensure!(body.len() <= max, "the body is longer than {max} bytes");
        if n == 0 {
            return Ok(body);
        }
    }
}
