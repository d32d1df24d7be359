// right: gathers up to 128 KiB in a buffer of its own, a constant, before it looks for lines in it

//! Why it is right: what it has read is cut as soon as it has come, and the buffer is a quarter of the budget whatever the
//! input is. A line that fills the buffer goes on in `line`, up to the limit.
//!
//! In Node.js: `createReadStream` with a `highWaterMark` of 128 KiB, and a generator that cuts.

use tokio::io::{AsyncBufRead, AsyncReadExt};

pub async fn for_each_line<R, F>(mut src: R, max_line: usize, mut on_line: F) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin,
    F: FnMut(&[u8]),
{
    let mut buffer = vec![0; 128 * 1024];
    let mut line: Vec<u8> = Vec::new();
    let (mut length, mut skipped) = (0_usize, 0);
    loop {
        let n = src.read(&mut buffer).await?;
        let mut rest = &buffer[..n];
        while !rest.is_empty() {
            let newline = rest.iter().position(|&byte| byte == b'\n');
            let (piece, behind) = rest.split_at(newline.unwrap_or(rest.len()));
            length = length.saturating_add(piece.len());
            if length <= max_line {
                line.extend_from_slice(piece);
            }
            rest = behind.get(1..).unwrap_or_default();
            if newline.is_some() {
                if length <= max_line {
                    on_line(&line);
                } else {
                    skipped += 1;
                }
                line.clear();
                length = 0;
            }
        }
        if n == 0 {
            if length > max_line {
                skipped += 1;
            } else if length > 0 {
                on_line(&line);
            }
            return Ok(skipped);
        }
    }
}
