// trap fails correct, memory: takes `max` bytes of memory for a body of 10, and panics where there is no limit

use anyhow::ensure;
use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(mut src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut body = vec![0; max + 1];
    let mut len = 0;
    loop {
        let n = src.read(&mut body[len..]).await?;
        len += n;
        ensure!(len <= max, "the body is longer than {max} bytes");
        if n == 0 {
            body.truncate(len);
            return Ok(body);
        }
    }
}
