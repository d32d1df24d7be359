// trap fails correct: `take(max)` ends quietly, so a longer body is cut and called whole

use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    src.take(max as u64).read_to_end(&mut body).await?;
    Ok(body)
}
