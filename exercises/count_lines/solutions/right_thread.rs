// right: a thread of its own counts, behind a channel of two chunks

//! Why it is right: the channel's bound is the bound of memory: two chunks wait, one is filled, one is counted. The
//! thread ends when the sending half is dropped, at the end and when the caller gives up. A thread for each call is
//! dear; the blocking pool keeps its threads.
//!
//! In Node.js: a `worker_threads` Worker, and a loop that waits while two chunks are unanswered.

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::{mpsc, oneshot};

pub async fn count_lines<R: AsyncRead + Unpin>(mut src: R) -> anyhow::Result<u64> {
    let (queue, mut chunks) = mpsc::channel::<Vec<u8>>(2);
    let (back, result) = oneshot::channel();
    std::thread::spawn(move || {
        let mut count = 0u64;
        while let Some(chunk) = chunks.blocking_recv() {
            count += chunk.iter().filter(|b| **b == b'\n').count() as u64;
        }
        let _ = back.send(count);
    });
    loop {
        let mut chunk = vec![0; 32 * 1024];
        let n = src.read(&mut chunk).await?;
        if n == 0 {
            break;
        }
        chunk.truncate(n);
        queue.send(chunk).await?;
    }
    drop(queue);
    Ok(result.await?)
}
