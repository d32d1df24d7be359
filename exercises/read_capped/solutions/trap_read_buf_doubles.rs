// trap fails early: `read_buf` fills the room that the vector has, and that doubles, whatever `max` is

use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(mut src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    while src.read_buf(&mut body).await? > 0 {
        anyhow::ensure!(body.len() <= max, "too long");
    }
    Ok(body)
}
