// trap fails memory: `read_until` holds a line until its newline comes, and it may never come

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

pub async fn for_each_line<R, F>(mut src: R, max_line: usize, mut on_line: F) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin,
    F: FnMut(&[u8]),
{
    let (mut line, mut skipped) = (Vec::new(), 0);
    while src.read_until(b'\n', &mut line).await? > 0 {
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        if text.len() <= max_line {
            on_line(text);
        } else {
            skipped += 1;
        }
        line.clear();
    }
    Ok(skipped)
}
