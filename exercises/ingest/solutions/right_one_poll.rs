// right: source, jobs, outputs and stop are polled by hand in one future, without a task

//! Why it is right: One `poll` asks everybody in turn, and whoever cannot go on has left the waker of the one task there is.
//! What would be a queue is a list of at most `concurrency` rows; what is done goes into a buffer of 8 KiB before its output.
//!
//! In Node.js: there is no `poll`; callbacks of `'readable'`, `'drain'` and each promise that call one `pump()` come close.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};

/// Limits. Keep the fields as they are.
#[derive(Debug, Clone, Copy)]
pub struct Config {
    /// The longest line that is taken, in bytes without its `\n`.
    pub max_line: usize,
    /// How many rows may be between their line and their output at once; 1 or more.
    pub concurrency: usize,
}

/// What became of the lines. Keep the fields as they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows written to `out`.
    pub written: u64,
    /// Lines written to `dead`.
    pub rejected: u64,
    /// Lines of more than `max_line` bytes, which are left out.
    pub too_long: u64,
}

/// A row between its line and its output.
struct Row<Fut> {
    line: Vec<u8>,
    state: State<Fut>,
}

enum State<Fut> {
    Works(Pin<Box<Fut>>),
    Done(String),
    Refused,
}

/// What is to be written to an output and has not been.
struct Pending<W> {
    to: W,
    buf: Vec<u8>,
    at: usize,
    flushed: bool,
}

impl<W: AsyncWrite + Unpin> Pending<W> {
    fn new(to: W) -> Self {
        Pending {
            to,
            buf: Vec::new(),
            at: 0,
            flushed: true,
        }
    }

    fn add(&mut self, row: &[u8]) {
        self.buf.extend_from_slice(row);
        self.buf.push(b'\n');
    }

    /// Ready when all is written and flushed.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.at < self.buf.len() {
            match Pin::new(&mut self.to).poll_write(cx, &self.buf[self.at..]) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(n)) => self.at += n,
                Poll::Ready(Err(e)) => return Poll::Ready(Err(e)),
                Poll::Pending => return Poll::Pending,
            }
            self.flushed = false;
        }
        self.buf.clear();
        self.at = 0;
        if !self.flushed {
            match Pin::new(&mut self.to).poll_flush(cx) {
                Poll::Ready(Ok(())) => self.flushed = true,
                other => return other,
            }
        }
        Poll::Ready(Ok(()))
    }
}

/// Hands each line of `src` to `enrich`, up to `concurrency` at once, and writes the results in order.
pub async fn ingest<R, W, D, F, Fut>(
    src: R,
    out: W,
    dead: D,
    cfg: Config,
    enrich: F,
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<Report>
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
    D: AsyncWrite + Unpin + Send + 'static,
    F: Fn(String) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = anyhow::Result<String>> + Send + 'static,
{
    let mut src = src;
    let (mut out, mut dead) = (Pending::new(out), Pending::new(dead));
    let mut stop = Box::pin(stop);
    let mut rows: VecDeque<Row<Fut>> = VecDeque::new();
    let mut report = Report::default();
    let mut taking = true;
    let mut buf = vec![0; 8 * 1024];
    let (mut from, mut to) = (0, 0);
    let mut line = Vec::new();
    let mut long = false;
    poll_fn(|cx| -> Poll<anyhow::Result<()>> {
        loop {
            if taking && stop.as_mut().poll(cx).is_ready() {
                taking = false;
            }
            for row in &mut rows {
                if let State::Works(job) = &mut row.state
                    && let Poll::Ready(done) = job.as_mut().poll(cx)
                {
                    row.state = done.map_or(State::Refused, State::Done);
                }
            }
            // Outputs: one batch at a time, and the next when it is gone.
            let mut moved = false;
            if out.poll(cx)?.is_ready() & dead.poll(cx)?.is_ready() {
                while out.buf.len() + dead.buf.len() < 8 * 1024 {
                    match rows.front() {
                        Some(Row {
                            state: State::Done(row),
                            ..
                        }) => {
                            out.add(row.as_bytes());
                            report.written += 1;
                        }
                        Some(Row {
                            state: State::Refused,
                            line,
                        }) => {
                            dead.add(line);
                            report.rejected += 1;
                        }
                        _ => break,
                    }
                    rows.pop_front();
                    moved = true;
                }
                if !moved && !taking && rows.is_empty() {
                    return Poll::Ready(Ok(()));
                }
            }
            // One line at most, and then the others get their turn.
            while taking && rows.len() < cfg.concurrency {
                let rest = &buf[from..to];
                let end = rest.iter().position(|&b| b == b'\n');
                let part = &rest[..end.unwrap_or(rest.len())];
                long |= line.len() + part.len() > cfg.max_line;
                if long {
                    line = Vec::new();
                } else {
                    line.extend_from_slice(part);
                }
                from += end.map_or(part.len(), |i| i + 1);
                let mut ended = false;
                if end.is_none() {
                    let mut read = ReadBuf::new(&mut buf);
                    match Pin::new(&mut src).poll_read(cx, &mut read)? {
                        Poll::Pending => break,
                        Poll::Ready(()) => (from, to) = (0, read.filled().len()),
                    }
                    ended = to == 0;
                    taking = !ended;
                    moved = true;
                }
                if end.is_some() || (ended && (long || !line.is_empty())) {
                    if long {
                        report.too_long += 1;
                        long = false;
                    } else {
                        let line = std::mem::take(&mut line);
                        let state = match String::from_utf8(line.clone()) {
                            Ok(text) => State::Works(Box::pin(enrich(text))),
                            Err(_) => State::Refused,
                        };
                        rows.push_back(Row { line, state });
                    }
                    moved = true;
                }
                break;
            }
            if !moved {
                return Poll::Pending;
            }
        }
    })
    .await?;
    out.to.shutdown().await?;
    dead.to.shutdown().await?;
    Ok(report)
}
