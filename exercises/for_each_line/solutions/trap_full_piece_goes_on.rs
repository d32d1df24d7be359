// trap fails correct: skips in pieces of 4 KiB, and takes a full piece for one without a newline

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

const PIECE: u64 = 4 * 1024;

pub async fn for_each_line<R, F>(mut src: R, max_line: usize, mut on_line: F) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin,
    F: FnMut(&[u8]),
{
    let most = (max_line as u64).saturating_add(1);
    let mut line = Vec::new();
    let mut skipped = 0;
    loop {
        line.clear();
        let n = (&mut src).take(most).read_until(b'\n', &mut line).await?;
        if n == 0 {
            return Ok(skipped);
        }
        if line.ends_with(b"\n") {
            on_line(&line[..n - 1]);
        } else if n <= max_line {
            on_line(&line);
        } else {
            skipped += 1;
            loop {
                line.clear();
                let mut piece = (&mut src).take(PIECE);
                let n = piece.read_until(b'\n', &mut line).await?;
                if (n as u64) < PIECE {
                    break;
                }
            }
        }
    }
}
