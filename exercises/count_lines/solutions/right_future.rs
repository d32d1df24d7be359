// right: a future written by hand, which polls the source into its own buffer

//! Why it is right: all that an `async fn` would keep across an `.await` stands in one struct. `Pending` from
//! the source is handed on, and with it the promise that the source will wake this task.
//!
//! In Node.js: `new Promise((resolve, reject) => …)` around the listeners of `'data'`, `'end'` and `'error'`.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};

pub struct CountLines<R> {
    src: R,
    buf: Box<[u8]>,
    lines: u64,
}

impl<R: AsyncRead + Unpin> Future for CountLines<R> {
    type Output = anyhow::Result<u64>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        loop {
            let mut buf = ReadBuf::new(&mut this.buf);
            ready!(Pin::new(&mut this.src).poll_read(cx, &mut buf))?;
            if buf.filled().is_empty() {
                return Poll::Ready(Ok(this.lines));
            }
            this.lines += buf.filled().iter().filter(|&&b| b == b'\n').count() as u64;
        }
    }
}

pub fn count_lines<R: AsyncRead + Unpin>(src: R) -> CountLines<R> {
    CountLines {
        src,
        buf: vec![0; 64 * 1024].into(),
        lines: 0,
    }
}
