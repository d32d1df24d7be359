// trap fails correct: the count is a `static`, which all calls share

use std::sync::atomic::{AtomicU64, Ordering};
use tokio::io::{AsyncRead, AsyncReadExt};

static LINES: AtomicU64 = AtomicU64::new(0);

pub async fn count_lines<R: AsyncRead + Unpin>(mut src: R) -> anyhow::Result<u64> {
    LINES.store(0, Ordering::Relaxed);
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let n = src.read(&mut buffer).await?;
        if n == 0 {
            return Ok(LINES.load(Ordering::Relaxed));
        }
        for &b in &buffer[..n] {
            if b == b'\n' {
                LINES.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}
