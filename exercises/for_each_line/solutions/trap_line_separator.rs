// trap fails correct: U+2028 ends a line too, as in `readline` of Node.js

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

pub async fn for_each_line<R, F>(mut src: R, max_line: usize, mut on_line: F) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin,
    F: FnMut(&[u8]),
{
    let mut line: Vec<u8> = Vec::new();
    let mut too_long = false;
    let mut skipped = 0u64;
    loop {
        let buf = src.fill_buf().await?;
        if buf.is_empty() {
            break;
        }
        let (piece, used, ended) = match buf.iter().position(|&b| b == b'\n') {
            Some(at) => (&buf[..at], at + 1, true),
            None => (buf, buf.len(), false),
        };
        if !too_long {
            if piece.len() > max_line - line.len() {
                too_long = true;
                line = Vec::new();
            } else {
                line.extend_from_slice(piece);
            }
        }
        if ended {
            if too_long {
                skipped += 1;
            } else {
                let mut rest = &line[..];
                while let Some(at) = rest.windows(3).position(|w| w == [0xe2, 0x80, 0xa8]) {
                    on_line(&rest[..at]);
                    rest = &rest[at + 3..];
                }
                on_line(rest);
            }
            too_long = false;
            line.clear();
        }
        src.consume(used);
    }
    if too_long {
        skipped += 1;
    } else if !line.is_empty() {
        on_line(&line);
    }
    Ok(skipped)
}
