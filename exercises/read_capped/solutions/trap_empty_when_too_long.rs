// trap fails correct: returns an empty body where an error is asked for

use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(mut src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut chunk = vec![0; 8 * 1024];
    let mut body = Vec::new();
    loop {
        let n = src.read(&mut chunk).await?;
        if n == 0 {
            return Ok(body);
        }
        let room = max - body.len();
        if n > room {
            return Ok(Vec::new());
        }
        body.extend_from_slice(&chunk[..n]);
    }
}
