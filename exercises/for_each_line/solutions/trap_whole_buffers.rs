// trap fails early, errors: when a buffer ends within a line, the lines before it wait for the next buffer

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

pub async fn for_each_line<R, F>(mut src: R, max_line: usize, mut on_line: F) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin,
    F: FnMut(&[u8]),
{
    let mut held = Vec::new();
    let mut long = false;
    let mut skipped = 0;
    loop {
        let lent = src.fill_buf().await?;
        let used = lent.len().min(64 * 1024);
        held.extend_from_slice(&lent[..used]);
        src.consume(used);
        if held.last() != Some(&b'\n') && held.len() < 64 * 1024 && used > 0 {
            continue;
        }
        let mut from = 0;
        while let Some(n) = held[from..].iter().position(|&b| b == b'\n') {
            if long || n > max_line {
                skipped += 1;
            } else {
                on_line(&held[from..from + n]);
            }
            long = false;
            from += n + 1;
        }
        held.drain(..from);
        long = long || held.len() > max_line;
        if long {
            held.clear();
        }
        if used == 0 {
            break;
        }
    }
    if long {
        skipped += 1;
    } else if !held.is_empty() {
        on_line(&held);
    }
    Ok(skipped)
}
