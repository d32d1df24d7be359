// trap fails memory, backpressure: the queue is a `static`, and nothing bounds it

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use anyhow::Result;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::Notify;

static QUEUE: Mutex<VecDeque<Vec<u8>>> = Mutex::new(VecDeque::new());

pub async fn overlap_copy<R, W>(mut src: R, mut dst: W, chunk: usize, depth: usize) -> Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let _ = depth;
    QUEUE.lock().unwrap().clear();
    let more = Arc::new(Notify::new());
    let wake = more.clone();
    let read = async move {
        loop {
            let mut buffer = vec![0; chunk];
            let n = src.read(&mut buffer).await?;
            buffer.truncate(n);
            QUEUE.lock().unwrap().push_back(buffer);
            wake.notify_one();
            if n == 0 {
                return anyhow::Ok(());
            }
        }
    };
    let write = async move {
        let mut copied = 0;
        loop {
            let next = QUEUE.lock().unwrap().pop_front();
            match next {
                None => more.notified().await,
                Some(chunk) if chunk.is_empty() => return anyhow::Ok((dst, copied)),
                Some(chunk) => {
                    dst.write_all(&chunk).await?;
                    copied += chunk.len() as u64;
                }
            }
        }
    };
    let ((), (mut dst, copied)) = tokio::try_join!(read, write)?;
    dst.shutdown().await?;
    Ok(copied)
}
