// trap fails memory: keeps each read in the buffer of 16 KiB that it came in, however short it was

use anyhow::ensure;
use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(mut src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut chunks: Vec<Bytes> = Vec::new();
    let mut len = 0;
    loop {
        let mut chunk = BytesMut::with_capacity(16 * 1024);
        let n = src.read_buf(&mut chunk).await?;
        if n == 0 {
            return Ok(chunks.concat());
        }
        len += n;
        ensure!(len <= max, "the body is longer than {max} bytes");
        chunks.push(chunk.freeze());
    }
}
