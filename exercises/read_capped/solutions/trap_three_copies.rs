// trap fails memory: holds the chunks, the joined chunks and the returned body at one time

use anyhow::ensure;
use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(mut src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut chunk = vec![0; 8 * 1024];
    let mut chunks = Vec::new();
    let mut len = 0;
    loop {
        let n = src.read(&mut chunk).await?;
        if n == 0 {
            break;
        }
        let room = max - len;
        ensure!(n <= room, "the body is longer than {max} bytes");
        len += n;
        chunks.push(Bytes::copy_from_slice(&chunk[..n]));
    }
    let mut joined = BytesMut::with_capacity(len);
    for chunk in &chunks {
        joined.extend_from_slice(chunk);
    }
    Ok(joined.to_vec())
}
