// trap fails errors: `read_u8` calls the end UnexpectedEof, and so does a connection that was cut off there

use std::io::ErrorKind;
use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(mut src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    (&mut src).take(max as u64).read_to_end(&mut body).await?;
    if body.len() == max {
        match src.read_u8().await {
            Ok(_) => anyhow::bail!("too long"),
            Err(e) if e.kind() == ErrorKind::UnexpectedEof => {}
            Err(e) => return Err(e.into()),
        }
    }
    Ok(body)
}
