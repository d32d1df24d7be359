// right: a reading half and a writing half, with a bounded channel between them

//! Why it is right: at most four chunks of 16 KiB are on their way (one read, two queued, one being
//! written), and `send` waits for a free slot. When the source fails, `try_join!` drops the writing
//! half before it could take the closed channel for the end and shut the sink down.
//!
//! In Node.js: `pipeline(src, new PassThrough({ highWaterMark: 32768 }), dst)`.

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

const CHUNK: usize = 16 * 1024;

pub async fn relay<R, W>(mut src: R, mut dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let (sender, mut receiver) = mpsc::channel::<Bytes>(2);
    let read = async move {
        loop {
            let mut chunk = BytesMut::with_capacity(CHUNK);
            if src.read_buf(&mut chunk).await? == 0 {
                return anyhow::Ok(());
            }
            sender.send(chunk.freeze()).await?;
        }
    };
    let write = async move {
        let mut copied = 0;
        while let Some(chunk) = receiver.recv().await {
            dst.write_all(&chunk).await?;
            copied += chunk.len() as u64;
        }
        dst.shutdown().await?;
        anyhow::Ok(copied)
    };
    let ((), copied) = tokio::try_join!(read, write)?;
    Ok(copied)
}
