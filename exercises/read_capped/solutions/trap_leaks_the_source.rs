// trap fails cancel, memory: leaks the source, so it stays open after the answer and after the caller has gone

use anyhow::ensure;
use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let src = Box::leak(Box::new(src));
    let mut body = Vec::new();
    let most = (max as u64).saturating_add(1);
    src.take(most).read_to_end(&mut body).await?;
    ensure!(body.len() <= max, "the body is longer than {max} bytes");
    Ok(body)
}
