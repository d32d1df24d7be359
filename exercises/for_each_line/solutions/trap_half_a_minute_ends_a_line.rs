// trap fails correct: when half a line has waited for half a minute, it is handed on as a line

use std::time::Duration;
use tokio::io::{AsyncBufRead, AsyncBufReadExt};
use tokio::time::timeout;

pub async fn for_each_line<R, F>(mut src: R, max_line: usize, mut on_line: F) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin,
    F: FnMut(&[u8]),
{
    let idle = Duration::from_secs(30);
    let mut line = Vec::new();
    let mut long = false;
    let mut skipped = 0;
    loop {
        let lent = if line.is_empty() {
            src.fill_buf().await?
        } else {
            match timeout(idle, src.fill_buf()).await {
                Ok(lent) => lent?,
                Err(_) => {
                    on_line(&line);
                    line.clear();
                    continue;
                }
            }
        };
        if lent.is_empty() {
            break;
        }
        let newline = lent.iter().position(|&b| b == b'\n');
        let piece = &lent[..newline.unwrap_or(lent.len())];
        let used = piece.len() + usize::from(newline.is_some());
        if long || piece.len() > max_line - line.len() {
            long = true;
            line = Vec::new();
        } else {
            line.extend_from_slice(piece);
        }
        src.consume(used);
        if newline.is_some() {
            if long {
                skipped += 1;
            } else {
                on_line(&line);
            }
            line.clear();
            long = false;
        }
    }
    if long {
        skipped += 1;
    } else if !line.is_empty() {
        on_line(&line);
    }
    Ok(skipped)
}
