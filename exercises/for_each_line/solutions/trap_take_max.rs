// trap fails correct, errors: cuts a long line into lines that fit, and skips none

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

pub async fn for_each_line<R, F>(mut src: R, max_line: usize, mut on_line: F) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin,
    F: FnMut(&[u8]),
{
    let mut line = Vec::new();
    let most = (max_line as u64).max(1);
    while (&mut src).take(most).read_until(b'\n', &mut line).await? > 0 {
        on_line(line.strip_suffix(b"\n").unwrap_or(&line));
        line.clear();
    }
    Ok(0)
}
