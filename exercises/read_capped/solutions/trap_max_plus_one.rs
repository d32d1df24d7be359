// trap fails correct: `max + 1` overflows where `usize::MAX` stands for no limit

use anyhow::ensure;
use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    src.take((max + 1) as u64).read_to_end(&mut body).await?;
    ensure!(body.len() <= max, "the body is longer than {max} bytes");
    Ok(body)
}
