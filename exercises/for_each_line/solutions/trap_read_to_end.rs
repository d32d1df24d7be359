// trap fails memory, early, errors: holds the whole input before it looks for the first line

use tokio::io::{AsyncBufRead, AsyncReadExt};

pub async fn for_each_line<R, F>(mut src: R, max_line: usize, mut on_line: F) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin,
    F: FnMut(&[u8]),
{
    let (mut all, mut skipped) = (Vec::new(), 0);
    src.read_to_end(&mut all).await?;
    if all.last() == Some(&b'\n') {
        all.pop();
    } else if all.is_empty() {
        return Ok(0);
    }
    for line in all.split(|&byte| byte == b'\n') {
        if line.len() <= max_line {
            on_line(line);
        } else {
            skipped += 1;
        }
    }
    Ok(skipped)
}
