// trap fails early: an empty line is handed on with the next line

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

pub async fn for_each_line<R, F>(mut src: R, max_line: usize, mut on_line: F) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin,
    F: FnMut(&[u8]),
{
    let mut line: Vec<u8> = Vec::new();
    let mut too_long = false;
    let mut skipped = 0u64;
    let mut empties = 0;
    loop {
        let buf = match src.fill_buf().await {
            Ok(b) => b,
            Err(e) => {
                for _ in 0..empties {
                    on_line(b"");
                }
                return Err(e.into());
            }
        };
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
            } else if line.is_empty() {
                empties += 1;
            } else {
                for _ in 0..empties {
                    on_line(b"");
                }
                empties = 0;
                on_line(&line);
            }
            too_long = false;
            line.clear();
        }
        src.consume(used);
    }
    for _ in 0..empties {
        on_line(b"");
    }
    if too_long {
        skipped += 1;
    } else if !line.is_empty() {
        on_line(&line);
    }
    Ok(skipped)
}
