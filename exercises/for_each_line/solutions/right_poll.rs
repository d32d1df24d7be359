// right: a future written by hand, with its state in a struct

//! Why it is right: each poll goes on with the buffer that the reader holds, and a `Pending` leaves the start of the line
//! where it is. `self` is dropped with the source in it.
//!
//! In Node.js: a `Transform` in object mode, which keeps the start of a line in a field from one `transform` to the next.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::AsyncBufRead;

struct ForEachLine<R, F> {
    src: R,
    max_line: usize,
    on_line: Box<F>,
    /// The start of the line, or nothing where the line is too long already.
    line: Option<Vec<u8>>,
    skipped: u64,
}

impl<R: AsyncBufRead + Unpin, F: FnMut(&[u8])> ForEachLine<R, F> {
    fn add(&mut self, piece: &[u8]) {
        let max_line = self.max_line;
        let fits = |line: &Vec<u8>| piece.len() <= max_line - line.len();
        self.line = self.line.take().filter(fits);
        if let Some(line) = &mut self.line {
            line.extend_from_slice(piece);
        }
    }

    fn finish(&mut self) {
        match self.line.replace(Vec::new()) {
            Some(line) => (self.on_line)(&line),
            None => self.skipped += 1,
        }
    }
}

impl<R: AsyncBufRead + Unpin, F: FnMut(&[u8])> Future for ForEachLine<R, F> {
    type Output = anyhow::Result<u64>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        loop {
            // On the stack for a moment: the reader is borrowed as long as its buffer is.
            let mut piece = [0; 512];
            let held = ready!(Pin::new(&mut this.src).poll_fill_buf(cx))?;
            let n = held.len().min(piece.len());
            let newline = held[..n].iter().position(|&byte| byte == b'\n');
            let end = newline.unwrap_or(n);
            piece[..end].copy_from_slice(&held[..end]);
            if n == 0 {
                if this.line.as_ref().is_none_or(|line| !line.is_empty()) {
                    this.finish();
                }
                return Poll::Ready(Ok(this.skipped));
            }
            this.add(&piece[..end]);
            if newline.is_some() {
                this.finish();
            }
            Pin::new(&mut this.src).consume(end + usize::from(newline.is_some()));
        }
    }
}

pub async fn for_each_line<R, F>(src: R, max_line: usize, on_line: F) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin,
    F: FnMut(&[u8]),
{
    ForEachLine {
        src,
        max_line,
        on_line: Box::new(on_line),
        line: Some(Vec::new()),
        skipped: 0,
    }
    .await
}
