// trap fails errors: takes a connection that was cut for one that was closed

use std::io::ErrorKind;

use anyhow::ensure;
use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(mut src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut chunk = vec![0; 8 * 1024];
    let mut body = Vec::new();
    loop {
        let n = match src.read(&mut chunk).await {
            Ok(n) => n,
            Err(e) if e.kind() == ErrorKind::ConnectionReset => 0,
            Err(e) => return Err(e.into()),
        };
        if n == 0 {
            return Ok(body);
        }
        let room = max - body.len();
        ensure!(n <= room, "the body is longer than {max} bytes");
        body.extend_from_slice(&chunk[..n]);
    }
}
