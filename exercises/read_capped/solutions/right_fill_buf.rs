// right: looks at what has arrived in a `BufReader`, and takes it only if it fits

//! Why it is right: `fill_buf` shows what is there before it is taken, so a chunk that does not fit is
//! never copied. An empty slice is the end.
//!
//! In Node.js: `readable.read()` in a `'readable'` listener, and `readable.destroy(err)` over the limit.

use anyhow::ensure;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

pub async fn read_capped<R: AsyncRead + Unpin>(src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut src = BufReader::new(src);
    let mut body = Vec::new();
    loop {
        let held = src.fill_buf().await?;
        if held.is_empty() {
            return Ok(body);
        }
        let room = max - body.len();
        ensure!(held.len() <= room, "the body is longer than {max} bytes");
        body.extend_from_slice(held);
        let n = held.len();
        src.consume(n);
    }
}
