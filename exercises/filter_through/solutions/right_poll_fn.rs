// right: one future polls both directions by hand

//! Why it is right: each direction goes as far as it can, and leaves with `Pending` of the one thing it waits
//! for. An error of either returns at once.
//!
//! In Node.js: `'readable'` and `'drain'` listeners on both sides.

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf, split};

pub async fn filter_through<T, R, W>(filter: T, mut input: R, mut output: W) -> anyhow::Result<u64>
where
    T: AsyncRead + AsyncWrite + Send + 'static,
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (mut from_filter, mut to_filter) = split(filter);
    let (mut feed, mut drain) = (Pump::new(), Pump::new());
    poll_fn(|cx| {
        let fed = feed.poll(cx, pin!(&mut input), pin!(&mut to_filter))?;
        let drained = drain.poll(cx, pin!(&mut from_filter), pin!(&mut output))?;
        match (fed, drained) {
            (Poll::Ready(()), Poll::Ready(())) => Poll::Ready(Ok(drain.total)),
            _ => Poll::Pending,
        }
    })
    .await
}

/// One direction.
struct Pump {
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    read_all: bool,
    done: bool,
    total: u64,
}

impl Pump {
    fn new() -> Self {
        Pump {
            buffer: vec![0; 16 * 1024].into(),
            start: 0,
            end: 0,
            read_all: false,
            done: false,
            total: 0,
        }
    }

    fn poll<R: AsyncRead, W: AsyncWrite>(
        &mut self,
        cx: &mut Context<'_>,
        mut from: Pin<&mut R>,
        mut to: Pin<&mut W>,
    ) -> Poll<io::Result<()>> {
        while !self.done {
            if self.start < self.end {
                let rest = &self.buffer[self.start..self.end];
                let n = ready!(to.as_mut().poll_write(cx, rest))?;
                if n == 0 {
                    return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
                }
                self.start += n;
                self.total += n as u64;
            } else if self.read_all {
                ready!(to.as_mut().poll_shutdown(cx))?;
                self.done = true;
            } else {
                let mut room = ReadBuf::new(&mut self.buffer);
                ready!(from.as_mut().poll_read(cx, &mut room))?;
                (self.start, self.end) = (0, room.filled().len());
                self.read_all = self.end == 0;
            }
        }
        Poll::Ready(Ok(()))
    }
}
