// right: a `BytesMut` that is filled by `read_buf` and from which whole lines are split off

//! Why it is right: what is in `buf` is the start of one line, and as soon as that is longer than the limit it is thrown
//! away and only that it was too long stays. `split_to` gives a line away without a copy, and `reserve` uses its memory again.
//!
//! In Node.js: a `rest` that is a `Buffer`, cut with `subarray`.

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncBufRead, AsyncReadExt};

pub async fn for_each_line<R, F>(mut src: R, max_line: usize, mut on_line: F) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin,
    F: FnMut(&[u8]),
{
    let mut buf = BytesMut::new();
    let (mut looked_at, mut thrown_away, mut skipped) = (0, false, 0);
    loop {
        while let Some(at) = buf[looked_at..].iter().position(|&byte| byte == b'\n') {
            let line = buf.split_to(looked_at + at);
            buf.advance(1);
            looked_at = 0;
            if thrown_away || line.len() > max_line {
                skipped += 1;
            } else {
                on_line(&line);
            }
            thrown_away = false;
        }
        if thrown_away || buf.len() > max_line {
            thrown_away |= !buf.is_empty();
            buf.clear();
        }
        looked_at = buf.len();
        buf.reserve(8 * 1024);
        if src.read_buf(&mut buf).await? == 0 {
            if thrown_away {
                skipped += 1;
            } else if !buf.is_empty() {
                on_line(&buf);
            }
            return Ok(skipped);
        }
    }
}
