// trap fails memory: a static list has the buffer of each upload, and only the end of one takes it off

use std::sync::{Arc, Mutex as StdMutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::Mutex;

type Buffer = Arc<Mutex<Vec<u8>>>;

static UNDER_WAY: StdMutex<Vec<Buffer>> = StdMutex::new(Vec::new());

pub async fn count_lines<R: AsyncRead + Unpin>(mut src: R) -> anyhow::Result<u64> {
    let upload: Buffer = Arc::new(Mutex::new(vec![0; 16 * 1024]));
    change(|list| list.push(Arc::clone(&upload)));
    let mut buffer = upload.lock().await;
    let mut lines = 0;
    loop {
        let n = src.read(&mut buffer).await?;
        if n == 0 {
            change(|list| list.retain(|other| !Arc::ptr_eq(other, &upload)));
            return Ok(lines);
        }
        lines += buffer[..n].iter().filter(|&&b| b == b'\n').count() as u64;
    }
}

fn change(how: impl FnOnce(&mut Vec<Buffer>)) {
    how(&mut UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner));
}
