// trap fails memory, early: a `BufReader` of 1 MiB takes its memory for 10 bytes, and reads 1 MiB past the limit

use anyhow::ensure;
use tokio::io::{AsyncRead, AsyncReadExt, BufReader};

pub async fn read_capped<R: AsyncRead + Unpin>(src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let src = BufReader::with_capacity(1024 * 1024, src);
    let mut body = Vec::new();
    let most = (max as u64).saturating_add(1);
    src.take(most).read_to_end(&mut body).await?;
    ensure!(body.len() <= max, "the body is longer than {max} bytes");
    Ok(body)
}
