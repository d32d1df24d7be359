// trap fails memory, early: looks at the length when all of it has been read

use anyhow::ensure;
use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(mut src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    src.read_to_end(&mut body).await?;
    ensure!(body.len() <= max, "the body is longer than {max} bytes");
    Ok(body)
}
