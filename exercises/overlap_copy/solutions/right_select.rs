// right: one loop does whichever can be done: read while there is room, write while there is a chunk

// The side that `select!` does not take is dropped and begun again. That loses nothing, because `read` and `write` are
// cancel safe: they have moved bytes, or they have not. `read_exact` and `write_all` would not do here.
//
// Node.js: `Promise.race`, whose loser goes on, so that each promise has to be kept for the next turn.

use std::collections::VecDeque;

use anyhow::Result;
use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub async fn overlap_copy<R, W>(mut src: R, mut dst: W, chunk: usize, depth: usize) -> Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let mut buffer = vec![0; chunk];
    let mut queue = VecDeque::<Bytes>::new();
    let (mut ended, mut copied) = (false, 0);
    while !ended || !queue.is_empty() {
        let mut front = queue.pop_front().unwrap_or_default();
        let room = queue.len() <= depth;
        let written = tokio::select! {
            read = src.read(&mut buffer), if !ended && room => {
                let n = read?;
                ended = n == 0;
                if !ended {
                    queue.push_back(Bytes::copy_from_slice(&buffer[..n]));
                }
                0
            }
            written = dst.write(&front), if !front.is_empty() => written?,
        };
        copied += written as u64;
        front.advance(written);
        if !front.is_empty() {
            queue.push_front(front);
        }
    }
    dst.shutdown().await?;
    Ok(copied)
}
