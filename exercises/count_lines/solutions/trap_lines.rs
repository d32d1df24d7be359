// trap fails correct, memory: `lines` counts a last line without a newline, wants UTF-8, and holds a line however long

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

pub async fn count_lines<R: AsyncRead + Unpin>(src: R) -> anyhow::Result<u64> {
    let mut lines = BufReader::new(src).lines();
    let mut count = 0;
    while lines.next_line().await?.is_some() {
        count += 1;
    }
    Ok(count)
}
