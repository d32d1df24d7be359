// trap fails correct, memory: `split` counts pieces and not newlines, and holds a piece however long

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

pub async fn count_lines<R: AsyncRead + Unpin>(src: R) -> anyhow::Result<u64> {
    let mut pieces = BufReader::new(src).split(b'\n');
    let mut count = 0;
    while pieces.next_segment().await?.is_some() {
        count += 1;
    }
    Ok(count)
}
