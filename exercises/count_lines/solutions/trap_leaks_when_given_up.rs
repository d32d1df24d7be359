// trap fails memory: 1 KiB stays of each call that the caller gives up

use tokio::io::{AsyncRead, AsyncReadExt};

struct Guard(Vec<u8>, bool);
impl Drop for Guard {
    fn drop(&mut self) {
        if !self.1 {
            std::mem::forget(std::mem::take(&mut self.0));
        }
    }
}

pub async fn count_lines<R: AsyncRead + Unpin>(mut src: R) -> anyhow::Result<u64> {
    let mut g = Guard(vec![0u8; 1024], false);
    let mut count = 0u64;
    loop {
        let n = match src.read(&mut g.0).await {
            Ok(n) => n,
            Err(e) => {
                g.1 = true;
                return Err(e.into());
            }
        };
        if n == 0 {
            g.1 = true;
            return Ok(count);
        }
        count += g.0[..n].iter().filter(|b| **b == b'\n').count() as u64;
    }
}
