// right: reads up to one byte more than allowed, and refuses the body if that byte came

//! Why it is right: `take` ends the input after `max + 1` bytes, so the vector can grow no further,
//! and the one byte more tells "too long" from "full". `saturating_add` lets `usize::MAX` mean
//! that there is no limit. Without an error of its own, `take(max)` would return a cut body as whole.
//!
//! In Node.js: `createReadStream(path, { end: max })`, whose `end` is inclusive: `max + 1` bytes.

use anyhow::ensure;
use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    let most = (max as u64).saturating_add(1);
    src.take(most).read_to_end(&mut body).await?;
    ensure!(body.len() <= max, "the body is longer than {max} bytes");
    Ok(body)
}
