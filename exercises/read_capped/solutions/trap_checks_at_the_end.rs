// trap fails memory, early: reserves 4 MiB, reads in pieces, and looks at the length at the end

use anyhow::ensure;
use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(mut src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::with_capacity(4 * 1024 * 1024);
    while src.read_buf(&mut body).await? > 0 {}
    ensure!(body.len() <= max, "the body is longer than {max} bytes");
    Ok(body)
}
