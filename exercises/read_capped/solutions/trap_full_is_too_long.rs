// trap fails correct: takes `max` bytes for too many

use anyhow::ensure;
use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    src.take(max as u64).read_to_end(&mut body).await?;
    ensure!(body.len() < max, "the body is longer than {max} bytes");
    Ok(body)
}
