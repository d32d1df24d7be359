// trap fails correct, memory: `lines` holds a line however long, wants UTF-8, and takes a `\r` off

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

pub async fn for_each_line<R, F>(src: R, max_line: usize, mut on_line: F) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin,
    F: FnMut(&[u8]),
{
    let (mut lines, mut skipped) = (src.lines(), 0);
    while let Some(line) = lines.next_line().await? {
        if line.len() <= max_line {
            on_line(line.as_bytes());
        } else {
            skipped += 1;
        }
    }
    Ok(skipped)
}
