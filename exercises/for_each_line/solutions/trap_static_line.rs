// trap fails correct, memory: gathers the line in a `static`, where no local variable shows it

use std::sync::{Mutex, PoisonError};

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

static LINE: Mutex<Vec<u8>> = Mutex::new(Vec::new());

pub async fn for_each_line<R, F>(mut src: R, max_line: usize, mut on_line: F) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin,
    F: FnMut(&[u8]),
{
    let mut skipped = 0;
    LINE.lock().unwrap_or_else(PoisonError::into_inner).clear();
    loop {
        let held = src.fill_buf().await?;
        if held.is_empty() {
            break;
        }
        let newline = held.iter().position(|&byte| byte == b'\n');
        let piece = &held[..newline.unwrap_or(held.len())];
        let mut line = LINE.lock().unwrap_or_else(PoisonError::into_inner);
        line.extend_from_slice(piece);
        let n = piece.len() + usize::from(newline.is_some());
        if newline.is_some() {
            if line.len() > max_line {
                skipped += 1;
            } else {
                on_line(&line);
            }
            line.clear();
        }
        src.consume(n);
    }
    let line = LINE.lock().unwrap_or_else(PoisonError::into_inner);
    if line.len() > max_line {
        skipped += 1;
    } else if !line.is_empty() {
        on_line(&line);
    }
    Ok(skipped)
}
