// trap fails memory: `split` holds a line whole before its length is looked at

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

pub async fn for_each_line<R, F>(src: R, max_line: usize, mut on_line: F) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin,
    F: FnMut(&[u8]),
{
    let (mut lines, mut skipped) = (src.split(b'\n'), 0);
    while let Some(line) = lines.next_segment().await? {
        if line.len() <= max_line {
            on_line(&line);
        } else {
            skipped += 1;
        }
    }
    Ok(skipped)
}
