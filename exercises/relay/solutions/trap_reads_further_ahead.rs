// trap fails backpressure: doubles what it reads ahead while the sink keeps up, and is 320 KiB ahead when it stops

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::Notify;

pub async fn relay<R, W>(mut src: R, mut dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let queue = RefCell::new(VecDeque::<Bytes>::new());
    let (held, most, ended) = (Cell::new(0), Cell::new(32 * 1024), Cell::new(false));
    let (came, went) = (Notify::new(), Notify::new());
    let mut buffer = vec![0; 16 * 1024];
    let read = async {
        loop {
            let n = src.read(&mut buffer).await?;
            if n == 0 {
                ended.set(true);
                came.notify_one();
                return anyhow::Ok(());
            }
            held.set(held.get() + n);
            queue
                .borrow_mut()
                .push_back(Bytes::copy_from_slice(&buffer[..n]));
            came.notify_one();
            while held.get() >= most.get() {
                went.notified().await;
            }
        }
    };
    let write = async {
        let mut total = 0;
        loop {
            let Some(chunk) = queue.borrow_mut().pop_front() else {
                if ended.get() {
                    break;
                }
                most.set((most.get() * 2).min(320 * 1024));
                went.notify_one();
                came.notified().await;
                continue;
            };
            dst.write_all(&chunk).await?;
            total += chunk.len() as u64;
            held.set(held.get() - chunk.len());
            went.notify_one();
        }
        dst.shutdown().await?;
        anyhow::Ok(total)
    };
    let ((), total) = tokio::try_join!(read, write)?;
    Ok(total)
}
