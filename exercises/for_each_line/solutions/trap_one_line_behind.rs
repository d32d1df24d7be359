// trap fails early, errors: hands a line on when the next one has come, so the last that came always waits

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

pub async fn for_each_line<R, F>(mut src: R, max_line: usize, mut on_line: F) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin,
    F: FnMut(&[u8]),
{
    let (mut line, mut too_long, mut skipped) = (Vec::new(), false, 0);
    let mut before: Option<Vec<u8>> = None;
    loop {
        let held = src.fill_buf().await?;
        if held.is_empty() {
            break;
        }
        let newline = held.iter().position(|&byte| byte == b'\n');
        let piece = &held[..newline.unwrap_or(held.len())];
        too_long |= piece.len() > max_line - line.len();
        if !too_long {
            line.extend_from_slice(piece);
        }
        let n = piece.len() + usize::from(newline.is_some());
        if newline.is_some() {
            if too_long {
                skipped += 1;
            } else {
                if let Some(before) = before.replace(line.clone()) {
                    on_line(&before);
                }
            }
            line.clear();
            too_long = false;
        }
        src.consume(n);
    }
    if let Some(before) = before {
        on_line(&before);
    }
    if too_long {
        skipped += 1;
    } else if !line.is_empty() {
        on_line(&line);
    }
    Ok(skipped)
}
