// trap fails correct: all calls share one buffer, so a log waits until the slow one before it has ended

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::Mutex;

static BUFFER: Mutex<Vec<u8>> = Mutex::const_new(Vec::new());

pub async fn count_lines<R: AsyncRead + Unpin>(mut src: R) -> anyhow::Result<u64> {
    let mut buffer = BUFFER.lock().await;
    buffer.resize(64 * 1024, 0);
    let mut lines = 0;
    loop {
        let n = src.read(&mut buffer).await?;
        if n == 0 {
            return Ok(lines);
        }
        lines += buffer[..n].iter().filter(|&&b| b == b'\n').count() as u64;
    }
}
