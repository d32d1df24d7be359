// right: copies the source into a sink that takes no more than `max` bytes

//! Why it is right: the sink compares each piece with the room that is left and refuses one that does not fit;
//! `copy` stops at an error of either side and reads at most its buffer of 8 KiB too much.
//!
//! In Node.js: `pipeline(readable, new Writable({ write(chunk, _, done) { … done(error) } }))`.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite};

struct Capped {
    body: Vec<u8>,
    max: usize,
}

impl AsyncWrite for Capped {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        if buf.len() > self.max - self.body.len() {
            return Poll::Ready(Err(io::Error::other("the body is too long")));
        }
        self.body.extend_from_slice(buf);
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

pub async fn read_capped<R: AsyncRead + Unpin>(mut src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut sink = Capped {
        body: Vec::new(),
        max,
    };
    tokio::io::copy(&mut src, &mut sink).await?;
    Ok(sink.body)
}
