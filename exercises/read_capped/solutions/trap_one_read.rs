// trap fails correct: takes what the first read brings for the whole body

use anyhow::ensure;
use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(mut src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut chunk = vec![0; 64 * 1024];
    let n = src.read(&mut chunk).await?;
    ensure!(n <= max, "the body is longer than {max} bytes");
    chunk.truncate(n);
    chunk.shrink_to_fit();
    Ok(chunk)
}
