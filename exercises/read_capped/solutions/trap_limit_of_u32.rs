// trap fails correct: makes the limit a `u32`, and 4 GiB become 0

use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let max = max as u32;
    let mut body = Vec::new();
    src.take(u64::from(max) + 1).read_to_end(&mut body).await?;
    anyhow::ensure!(body.len() <= max as usize, "too long");
    Ok(body)
}
