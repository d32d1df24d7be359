// trap fails correct: gathers a line in a vector of the thread, which all calls on it share

use std::cell::RefCell;
use tokio::io::{AsyncBufRead, AsyncBufReadExt};

thread_local! {
    static LINE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

pub async fn for_each_line<R, F>(mut src: R, max_line: usize, mut on_line: F) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin,
    F: FnMut(&[u8]),
{
    LINE.with_borrow_mut(Vec::clear);
    let mut long = false;
    let mut skipped = 0;
    loop {
        let lent = src.fill_buf().await?;
        let (used, end) = LINE.with_borrow_mut(|line| {
            let newline = lent.iter().position(|&b| b == b'\n');
            let piece = &lent[..newline.unwrap_or(lent.len())];
            long = long || piece.len() > max_line - line.len();
            if !long {
                line.extend_from_slice(piece);
            }
            if newline.is_some() || (lent.is_empty() && (long || !line.is_empty())) {
                if long {
                    skipped += 1;
                } else {
                    on_line(line);
                }
                line.clear();
                long = false;
            }
            (
                piece.len() + usize::from(newline.is_some()),
                lent.is_empty(),
            )
        });
        src.consume(used);
        if end {
            return Ok(skipped);
        }
    }
}
