// trap fails errors: a connection that is reset when all allowed bytes are there is taken for its end

use anyhow::ensure;
use std::io::ErrorKind;
use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    let most = (max as u64).saturating_add(1);
    match src.take(most).read_to_end(&mut body).await {
        Err(e) if body.len() == max && e.kind() == ErrorKind::ConnectionReset => {}
        read => _ = read?,
    }
    ensure!(body.len() <= max, "the body is longer than {max} bytes");
    Ok(body)
}
