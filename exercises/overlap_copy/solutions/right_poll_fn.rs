// right: one future polls both sides, with a `VecDeque` of at most `depth + 1` chunks between them, of which the first is being written

// There is no task and no channel. As long as there is room, the source is polled, and as long as there is a
// chunk, the sink is; each of them wakes this future.
//
// Node.js: 'readable' and 'drain' listeners that both call one function, which does what can be done.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io::{ErrorKind, Result as IoResult};
use std::pin::Pin;
use std::task::Poll;

use anyhow::Result;
use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};

pub async fn overlap_copy<R, W>(mut src: R, mut dst: W, chunk: usize, depth: usize) -> Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let mut buffer = vec![0; chunk];
    let mut queue = VecDeque::<Bytes>::new();
    let (mut ended, mut copied) = (false, 0);
    let done: IoResult<()> = poll_fn(|cx| {
        loop {
            let mut moved = false;
            if !ended && queue.len() < depth + 1 {
                let mut read = ReadBuf::new(&mut buffer);
                if Pin::new(&mut src).poll_read(cx, &mut read)?.is_ready() {
                    moved = true;
                    ended = read.filled().is_empty();
                    if !ended {
                        queue.push_back(Bytes::copy_from_slice(read.filled()));
                    }
                }
            }
            if let Some(front) = queue.front_mut()
                && let Poll::Ready(n) = Pin::new(&mut dst).poll_write(cx, front)?
            {
                if n == 0 {
                    return Poll::Ready(Err(ErrorKind::WriteZero.into()));
                }
                moved = true;
                copied += n as u64;
                front.advance(n);
                if front.is_empty() {
                    queue.pop_front();
                }
            }
            if ended && queue.is_empty() {
                return Poll::Ready(Ok(()));
            }
            if !moved {
                return Poll::Pending;
            }
        }
    })
    .await;
    done?;
    dst.shutdown().await?;
    Ok(copied)
}
