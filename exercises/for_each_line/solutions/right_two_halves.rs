// right: one half reads chunks and the other cuts them, with a channel of four chunks between them

//! Why it is right: `join!` runs both halves in the caller's own future, so nothing is spawned and a drop ends both. The
//! channel is bounded in chunks, and a chunk is at most what the reader holds, cut to 16 KiB.
//!
//! In Node.js: `pipeline` from the source through a `Transform`, whose `highWaterMark` is the channel.

use bytes::Bytes;
use tokio::io::{AsyncBufRead, AsyncBufReadExt};
use tokio::sync::mpsc;

pub async fn for_each_line<R, F>(mut src: R, max_line: usize, mut on_line: F) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin,
    F: FnMut(&[u8]),
{
    let (sender, mut receiver) = mpsc::channel::<std::io::Result<Bytes>>(4);
    let read = async move {
        loop {
            let chunk = match src.fill_buf().await {
                Ok(held) => Ok(Bytes::copy_from_slice(&held[..held.len().min(16 * 1024)])),
                Err(error) => Err(error),
            };
            let n = chunk.as_ref().map_or(0, Bytes::len);
            if sender.send(chunk).await.is_err() || n == 0 {
                return;
            }
            src.consume(n);
        }
    };
    let cut = async move {
        let (mut line, mut too_long, mut skipped) = (Vec::new(), false, 0);
        while let Some(chunk) = receiver.recv().await {
            let chunk = chunk?;
            for &byte in chunk.iter() {
                if byte != b'\n' {
                    too_long |= line.len() == max_line;
                    if !too_long {
                        line.push(byte);
                    }
                    continue;
                }
                if too_long {
                    skipped += 1;
                } else {
                    on_line(&line);
                }
                line.clear();
                too_long = false;
            }
        }
        if too_long {
            skipped += 1;
        } else if !line.is_empty() {
            on_line(&line);
        }
        anyhow::Ok(skipped)
    };
    tokio::join!(read, cut).1
}
