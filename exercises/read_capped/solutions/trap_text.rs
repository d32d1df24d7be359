// trap fails correct: refuses a body that is not UTF-8

use anyhow::ensure;
use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut body = String::new();
    let most = (max as u64).saturating_add(1);
    src.take(most).read_to_string(&mut body).await?;
    ensure!(body.len() <= max, "the body is longer than {max} bytes");
    Ok(body.into_bytes())
}
