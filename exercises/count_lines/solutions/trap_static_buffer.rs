// trap fails correct, memory: gathers the input in a `static`, where no local variable shows it

use std::sync::{Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt};

static SEEN: Mutex<Vec<u8>> = Mutex::new(Vec::new());

pub async fn count_lines<R: AsyncRead + Unpin>(mut src: R) -> anyhow::Result<u64> {
    SEEN.lock().unwrap_or_else(PoisonError::into_inner).clear();
    let mut buf = vec![0; 64 * 1024];
    loop {
        let n = src.read(&mut buf).await?;
        let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
        if n == 0 {
            return Ok(seen.iter().filter(|&&b| b == b'\n').count() as u64);
        }
        seen.extend_from_slice(&buf[..n]);
    }
}
