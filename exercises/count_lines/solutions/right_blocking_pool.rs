// right: a job of the blocking pool counts, behind a channel of eight chunks

//! Why it is right: the channel's bound is the bound of memory: eight chunks wait, one is filled, one is counted.
//! When the caller gives up, the sending half is dropped, and the job ends with its loop.
//!
//! In Node.js: a `worker_threads` Worker, and a loop that waits while eight chunks are unanswered.

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

pub async fn count_lines<R: AsyncRead + Unpin>(mut src: R) -> anyhow::Result<u64> {
    let (sender, mut receiver) = mpsc::channel::<Vec<u8>>(8);
    let counter = spawn_blocking(move || {
        let mut lines = 0;
        while let Some(chunk) = receiver.blocking_recv() {
            lines += chunk.iter().filter(|&&b| b == b'\n').count() as u64;
        }
        lines
    });
    loop {
        let mut chunk = vec![0; 16 * 1024];
        let n = src.read(&mut chunk).await?;
        if n == 0 {
            break;
        }
        chunk.truncate(n);
        sender.send(chunk).await?;
    }
    drop(sender);
    Ok(counter.await?)
}
