// trap fails memory: holds the whole input before it counts the first line

use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn count_lines<R: AsyncRead + Unpin>(mut src: R) -> anyhow::Result<u64> {
    let mut all = Vec::new();
    src.read_to_end(&mut all).await?;
    Ok(all.iter().filter(|&&b| b == b'\n').count() as u64)
}
