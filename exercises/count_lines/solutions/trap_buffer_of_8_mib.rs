// trap fails memory: a bounded buffer, and sixteen times larger than the budget

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

pub async fn count_lines<R: AsyncRead + Unpin>(src: R) -> anyhow::Result<u64> {
    let mut src = BufReader::with_capacity(8 * 1024 * 1024, src);
    let mut lines = 0;
    loop {
        let held = src.fill_buf().await?;
        if held.is_empty() {
            return Ok(lines);
        }
        lines += held.iter().filter(|&&b| b == b'\n').count() as u64;
        let n = held.len();
        src.consume(n);
    }
}
