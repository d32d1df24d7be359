// trap fails memory: takes a new buffer for each read and never gives one back

use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn count_lines<R: AsyncRead + Unpin>(mut src: R) -> anyhow::Result<u64> {
    let mut lines = 0;
    loop {
        let buf = Box::leak(Box::new([0; 4 * 1024]));
        let n = src.read(buf).await?;
        if n == 0 {
            return Ok(lines);
        }
        lines += buf[..n].iter().filter(|&&b| b == b'\n').count() as u64;
    }
}
