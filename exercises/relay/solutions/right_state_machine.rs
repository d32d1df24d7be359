// right: a future written by hand, which is reading, writing or closing

//! Why it is right: it reads only when all of the last piece is written, whatever a write takes, and it stays in
//! the closing state until the shutdown is ready. Each `Pending` and each error is handed on with `ready!` and `?`.
//!
//! In Node.js: `readable.pause()` when `writable.write(chunk)` is `false`, `readable.resume()` at `'drain'`.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

enum State {
    Reading,
    Writing { from: usize, to: usize },
    Closing,
}

pub struct Relay<R, W> {
    src: R,
    dst: W,
    buf: Box<[u8]>,
    state: State,
    copied: u64,
}

impl<R, W> Future for Relay<R, W>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    type Output = anyhow::Result<u64>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        loop {
            this.state = match this.state {
                State::Reading => {
                    let mut buf = ReadBuf::new(&mut this.buf);
                    ready!(Pin::new(&mut this.src).poll_read(cx, &mut buf))?;
                    match buf.filled().len() {
                        0 => State::Closing,
                        to => State::Writing { from: 0, to },
                    }
                }
                State::Writing { from, to } if from == to => State::Reading,
                State::Writing { from, to } => {
                    let piece = &this.buf[from..to];
                    let n = ready!(Pin::new(&mut this.dst).poll_write(cx, piece))?;
                    if n == 0 {
                        return Poll::Ready(Err(io::Error::from(io::ErrorKind::WriteZero).into()));
                    }
                    this.copied += n as u64;
                    State::Writing { from: from + n, to }
                }
                State::Closing => {
                    ready!(Pin::new(&mut this.dst).poll_shutdown(cx))?;
                    return Poll::Ready(Ok(this.copied));
                }
            };
        }
    }
}

pub fn relay<R, W>(src: R, dst: W) -> Relay<R, W>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    Relay {
        src,
        dst,
        buf: vec![0; 16 * 1024].into(),
        state: State::Reading,
        copied: 0,
    }
}
