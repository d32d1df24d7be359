// trap fails cancel: a guard leaks the source where the caller gives up before anything has come

use std::mem::ManuallyDrop;
use tokio::io::{AsyncRead, AsyncReadExt};

struct Src<R>(ManuallyDrop<R>, bool);
impl<R> Drop for Src<R> {
    fn drop(&mut self) {
        if !self.1 {
            unsafe { ManuallyDrop::drop(&mut self.0) }
        }
    }
}

pub async fn count_lines<R: AsyncRead + Unpin>(src: R) -> anyhow::Result<u64> {
    let mut src = Src(ManuallyDrop::new(src), true);
    let mut buf = vec![0u8; 8192];
    let mut count = 0u64;
    loop {
        let r = (*src.0).read(&mut buf).await;
        src.1 = false;
        match r? {
            0 => return Ok(count),
            n => count += buf[..n].iter().filter(|b| **b == b'\n').count() as u64,
        }
    }
}
