// trap fails correct: counts the lines that are too long in a `u16`, which starts again at 65,536

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

pub async fn for_each_line<R, F>(mut src: R, max_line: usize, mut on_line: F) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin,
    F: FnMut(&[u8]),
{
    let (mut line, mut too_long, mut skipped) = (Vec::new(), false, 0_u16);
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
                skipped = skipped.wrapping_add(1);
            } else {
                on_line(&line);
            }
            line.clear();
            too_long = false;
        }
        src.consume(n);
    }
    if too_long {
        skipped = skipped.wrapping_add(1);
    } else if !line.is_empty() {
        on_line(&line);
    }
    Ok(skipped.into())
}
