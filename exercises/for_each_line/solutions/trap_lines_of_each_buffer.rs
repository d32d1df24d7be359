// trap fails correct, errors: splits what the reader holds, so a line that the buffer cuts counts twice

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

pub async fn for_each_line<R, F>(mut src: R, max_line: usize, mut on_line: F) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin,
    F: FnMut(&[u8]),
{
    let mut skipped = 0;
    loop {
        let held = src.fill_buf().await?;
        if held.is_empty() {
            return Ok(skipped);
        }
        let text = held.strip_suffix(b"\n").unwrap_or(held);
        for line in text.split(|&byte| byte == b'\n') {
            if line.len() <= max_line {
                on_line(line);
            } else {
                skipped += 1;
            }
        }
        let n = held.len();
        src.consume(n);
    }
}
