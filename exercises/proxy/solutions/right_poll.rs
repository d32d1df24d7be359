// right: one future that polls both directions by hand

//! Why it is right: both directions are looked at in each poll, a direction that is done is left alone, and the one
//! timer is set back when either has moved.
//!
//! In Node.js: `'data'`, `'drain'`, `'end'` and `'error'` listeners on both sockets, with one `setTimeout`.

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, sleep};

/// One direction: what is in the buffer, and whether its source and its sink are done.
struct Pipe {
    buf: Vec<u8>,
    sent: usize,
    filled: usize,
    ended: bool,
    copied: u64,
    moved: bool,
}

impl Pipe {
    fn new() -> Self {
        Pipe {
            buf: vec![0; 32 * 1024],
            sent: 0,
            filled: 0,
            ended: false,
            copied: 0,
            moved: false,
        }
    }

    fn poll<R, W>(&mut self, cx: &mut Context<'_>, from: &mut R, to: &mut W) -> Poll<io::Result<()>>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        loop {
            while self.sent < self.filled {
                let rest = &self.buf[self.sent..self.filled];
                match ready!(Pin::new(&mut *to).poll_write(cx, rest))? {
                    0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                    n => self.sent += n,
                }
                self.moved = true;
            }
            if self.ended {
                return Pin::new(&mut *to).poll_shutdown(cx);
            }
            let mut buf = ReadBuf::new(&mut self.buf);
            if Pin::new(&mut *from).poll_read(cx, &mut buf)?.is_pending() {
                // Who waits for more has passed on what there was.
                ready!(Pin::new(&mut *to).poll_flush(cx))?;
                return Poll::Pending;
            }
            (self.sent, self.filled) = (0, buf.filled().len());
            self.ended = self.filled == 0;
            self.copied += self.filled as u64;
            self.moved = true;
        }
    }
}

pub async fn proxy<A, B>(mut client: A, mut server: B, idle: Duration) -> anyhow::Result<(u64, u64)>
where
    A: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    B: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut up, mut down) = (Pipe::new(), Pipe::new());
    let (mut up_done, mut down_done) = (false, false);
    let mut timer = pin!(sleep(idle));
    poll_fn(|cx| {
        if !up_done {
            up_done = up.poll(cx, &mut client, &mut server)?.is_ready();
        }
        if !down_done {
            down_done = down.poll(cx, &mut server, &mut client)?.is_ready();
        }
        if up_done && down_done {
            return Poll::Ready(Ok((up.copied, down.copied)));
        }
        if std::mem::take(&mut up.moved) | std::mem::take(&mut down.moved) {
            timer.as_mut().reset(Instant::now() + idle);
        }
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(Err(anyhow::anyhow!("no byte moved for {idle:?}")))
    })
    .await
}
