// right: a sink that calls back, and `copy_buf`, which writes to it what the source holds

//! Why it is right: `copy_buf` lends the sink each buffer as it comes and keeps none of it. The sink keeps the start of
//! one line, of at most `max_line` bytes, and it cannot fail: an error is the source's.
//!
//! In Node.js: a `Writable` whose `write` looks for newlines, at the end of a `pipeline`.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncBufRead, AsyncWrite, copy_buf};

struct Lines<F> {
    on_line: F,
    max: usize,
    line: Vec<u8>,
    long: bool,
    skipped: u64,
}

impl<F: FnMut(&[u8])> Lines<F> {
    fn push(&mut self, piece: &[u8]) {
        if self.long || piece.len() > self.max - self.line.len() {
            self.long = true;
            self.line = Vec::new();
        } else {
            self.line.extend_from_slice(piece);
        }
    }

    fn end(&mut self) {
        if self.long {
            self.skipped += 1;
        } else {
            (self.on_line)(&self.line);
        }
        self.long = false;
        self.line.clear();
    }
}

impl<F: FnMut(&[u8]) + Unpin> AsyncWrite for Lines<F> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut pieces = bytes.split(|&b| b == b'\n').peekable();
        while let Some(piece) = pieces.next() {
            self.push(piece);
            if pieces.peek().is_some() {
                self.end();
            }
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

pub async fn for_each_line<R, F>(mut src: R, max_line: usize, mut on_line: F) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin,
    F: FnMut(&[u8]),
{
    let mut lines = Lines {
        on_line: Box::new(move |line: &[u8]| on_line(line)),
        max: max_line,
        line: Vec::new(),
        long: false,
        skipped: 0,
    };
    copy_buf(&mut src, &mut lines).await?;
    if lines.long || !lines.line.is_empty() {
        lines.end();
    }
    Ok(lines.skipped)
}
