// trap fails memory: keeps a copy of each body in a `static`, for a cache that nobody reads

use std::sync::Mutex;

use anyhow::ensure;
use tokio::io::{AsyncRead, AsyncReadExt};

static SEEN: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

pub async fn read_capped<R: AsyncRead + Unpin>(src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    let most = (max as u64).saturating_add(1);
    src.take(most).read_to_end(&mut body).await?;
    ensure!(body.len() <= max, "the body is longer than {max} bytes");
    if let Ok(mut seen) = SEEN.lock() {
        seen.push(body.clone());
    }
    Ok(body)
}
