// trap fails memory: sends every chunk to a thread, which starts to count when the input has ended

use std::sync::mpsc;
use std::thread;

use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn count_lines<R: AsyncRead + Unpin>(mut src: R) -> anyhow::Result<u64> {
    let (sender, receiver) = mpsc::channel::<Vec<u8>>();
    let counter = thread::spawn(move || {
        let chunks: Vec<Vec<u8>> = receiver.iter().collect();
        chunks.iter().flatten().filter(|&&b| b == b'\n').count() as u64
    });
    let mut buf = vec![0; 64 * 1024];
    loop {
        let n = src.read(&mut buf).await?;
        if n == 0 {
            break;
        }
        sender.send(buf[..n].to_vec())?;
    }
    drop(sender);
    counter
        .join()
        .map_err(|_| anyhow::anyhow!("the counting thread panicked"))
}
