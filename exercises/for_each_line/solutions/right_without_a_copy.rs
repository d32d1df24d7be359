// right: hands on a line from the reader's own buffer where it is whole there, and copies only lines that a buffer cuts

//! Why it is right: the copy of a cut line stops growing one byte after the limit, so `held` plus that copy is all there
//! is.
//!
//! In Node.js: `chunk.subarray(start, end)` for a line that is whole in its chunk, `Buffer.concat` for one that is not.

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

pub async fn for_each_line<R, F>(mut src: R, max_line: usize, mut on_line: F) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin,
    F: FnMut(&[u8]),
{
    let mut cut: Vec<u8> = Vec::new(); // of a line that is not over; longer than max_line if that one is too long
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
        if held.is_empty() {
            if !cut.is_empty() {
                finish(&cut);
            }
            return Ok(skipped);
        }
        for piece in held.split_inclusive(|&byte| byte == b'\n') {
            let whole = piece.strip_suffix(b"\n");
            match whole {
                Some(line) if cut.is_empty() => finish(line),
                _ => {
                    let text = whole.unwrap_or(piece);
                    let room = max_line.saturating_add(1) - cut.len();
                    cut.extend_from_slice(&text[..text.len().min(room)]);
                    if whole.is_some() {
                        finish(&cut);
                        cut.clear();
                    }
                }
            }
        }
        let n = held.len();
        src.consume(n);
    }
}
