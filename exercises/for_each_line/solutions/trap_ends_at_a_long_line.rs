// trap fails correct: takes the first line that is too long for the end, as a loop around `LinesCodec` does

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

pub async fn for_each_line<R, F>(mut src: R, max_line: usize, mut on_line: F) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin,
    F: FnMut(&[u8]),
{
    let most = (max_line as u64).saturating_add(1);
    let mut line = Vec::new();
    loop {
        line.clear();
        (&mut src).take(most).read_until(b'\n', &mut line).await?;
        if line.is_empty() {
            return Ok(0);
        }
        if line.last() == Some(&b'\n') {
            line.pop();
            on_line(&line);
        } else if line.len() <= max_line {
            on_line(&line); // the last one
        } else {
            return Ok(1);
        }
    }
}
