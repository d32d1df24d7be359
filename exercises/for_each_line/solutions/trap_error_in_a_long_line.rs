// trap fails errors: an error while a long line is thrown away is thrown away with it

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

pub async fn for_each_line<R, F>(mut src: R, max_line: usize, mut on_line: F) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin,
    F: FnMut(&[u8]),
{
    let most = (max_line as u64).saturating_add(1);
    let (mut line, mut skipped) = (Vec::new(), 0);
    loop {
        line.clear();
        (&mut src).take(most).read_until(b'\n', &mut line).await?;
        if line.is_empty() {
            return Ok(skipped);
        }
        if line.last() == Some(&b'\n') {
            line.pop();
            on_line(&line);
        } else if line.len() <= max_line {
            on_line(&line); // the last one
        } else {
            skipped += 1;
            discard(&mut src).await;
        }
    }
}

/// Reads up to and with the next newline, or to the end.
async fn discard<R: AsyncBufRead + Unpin>(src: &mut R) {
    while let Ok(held) = src.fill_buf().await {
        let newline = held.iter().position(|&byte| byte == b'\n');
        let n = newline.map_or(held.len(), |at| at + 1);
        src.consume(n);
        if newline.is_some() || n == 0 {
            return;
        }
    }
}
