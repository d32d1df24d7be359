// trap fails memory: `read_until` holds a line until its newline comes, and it may never come

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

pub async fn count_lines<R: AsyncRead + Unpin>(src: R) -> anyhow::Result<u64> {
    let mut src = BufReader::new(src);
    let mut line = Vec::new();
    let mut count = 0;
    loop {
        line.clear();
        if src.read_until(b'\n', &mut line).await? == 0 {
            return Ok(count);
        }
        if line.ends_with(b"\n") {
            count += 1;
        }
    }
}
