// trap fails early: a line that two buffers cut is handed on when a third has come

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

pub async fn for_each_line<R, F>(mut src: R, max_line: usize, mut on_line: F) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin,
    F: FnMut(&[u8]),
{
    let (mut cut, mut whole): (Vec<u8>, _) = (Vec::new(), false);
    let mut skipped = 0;
    let mut finish = |line: &[u8]| {
        if line.len() <= max_line {
            on_line(line);
        } else {
            skipped += 1;
        }
    };
    loop {
        let held = src.fill_buf().await?;
        if whole || (held.is_empty() && !cut.is_empty()) {
            finish(&cut);
            cut.clear();
            whole = false;
        }
        if held.is_empty() {
            return Ok(skipped);
        }
        let newline = held.iter().position(|&byte| byte == b'\n');
        let piece = &held[..newline.unwrap_or(held.len())];
        if newline.is_some() && cut.is_empty() {
            finish(piece);
        } else {
            let room = max_line.saturating_add(1) - cut.len();
            cut.extend_from_slice(&piece[..piece.len().min(room)]);
            whole = newline.is_some();
        }
        let n = piece.len() + usize::from(newline.is_some());
        src.consume(n);
    }
}
