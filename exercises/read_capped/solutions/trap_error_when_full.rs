// trap fails errors: a full body is called whole although the source failed where its end should be

use anyhow::ensure;
use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(mut src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    (&mut src).take(max as u64).read_to_end(&mut body).await?;
    if body.len() == max {
        let more = src.read(&mut [0]).await.unwrap_or(0);
        ensure!(more == 0, "the body is longer than {max} bytes");
    }
    Ok(body)
}
