// right: the rows are futures in a list, polled in place

//! Why it is right: without tasks there is nothing to abort; dropping the list drops the work. The price is that the
//! rows stand still while a row is written. Where the output is slow, tasks are better.
//!
//! In Node.js: promises run by themselves, so there is no such version.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::task::Poll;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};

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

type Work = Pin<Box<dyn Future<Output = anyhow::Result<String>> + Send>>;

/// A row on its way: what to do, and then what came of it.
struct Row {
    line: Vec<u8>,
    work: Option<Work>,
    done: Option<String>,
}

/// Lets every row get on; ends when the first is done.
async fn work_on(rows: &mut VecDeque<Row>) {
    poll_fn(|cx| {
        for row in rows.iter_mut() {
            if let Some(work) = &mut row.work
                && let Poll::Ready(done) = work.as_mut().poll(cx)
            {
                (row.work, row.done) = (None, done.ok());
            }
        }
        match rows.front() {
            Some(Row { work: None, .. }) => Poll::Ready(()),
            _ => Poll::Pending,
        }
    })
    .await
}

pub async fn ingest<R, W, D, F, Fut>(
    src: R,
    mut out: W,
    mut dead: D,
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
    let mut lines = Lines::new(src, cfg.max_line);
    let mut rows: VecDeque<Row> = VecDeque::new();
    let mut report = Report::default();
    let mut stop = pin!(stop);
    let mut open = true;
    while open || !rows.is_empty() {
        tokio::select! {
            () = &mut stop, if open => open = false,
            line = lines.next(), if open && rows.len() < cfg.concurrency => match line? {
                Some(Line::Row(line)) => {
                    let text = std::str::from_utf8(&line).map(String::from).ok();
                    let work = text.map(|text| Box::pin(enrich(text)) as Work);
                    rows.push_back(Row { line, work, done: None });
                }
                Some(Line::TooLong) => report.too_long += 1,
                None => open = false,
            },
            () = work_on(&mut rows), if !rows.is_empty() => {
                let Some(row) = rows.pop_front() else { continue };
                if let Some(mut text) = row.done {
                    text.push('\n');
                    out.write_all(text.as_bytes()).await?;
                    report.written += 1;
                } else {
                    dead.write_all(&[&row.line[..], b"\n"].concat()).await?;
                    report.rejected += 1;
                }
            }
        }
    }
    out.shutdown().await?;
    dead.shutdown().await?;
    Ok(report)
}

/// The lines of a source. What has come of a line is kept in here, so that a `next` that is dropped loses nothing.
struct Lines<R> {
    src: BufReader<R>,
    line: Vec<u8>,
    too_long: bool,
    max: usize,
}

enum Line {
    Row(Vec<u8>),
    TooLong,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    fn new(src: R, max: usize) -> Self {
        Lines {
            src: BufReader::new(src),
            line: Vec::new(),
            too_long: false,
            max,
        }
    }

    async fn next(&mut self) -> io::Result<Option<Line>> {
        loop {
            let buf = self.src.fill_buf().await?;
            if buf.is_empty() {
                let begun = self.too_long || !self.line.is_empty();
                return Ok(begun.then(|| self.take()));
            }
            let end = buf.iter().position(|&b| b == b'\n');
            let part = &buf[..end.unwrap_or(buf.len())];
            if self.line.len() + part.len() > self.max {
                self.too_long = true;
            } else {
                self.line.extend_from_slice(part);
            }
            let used = part.len() + usize::from(end.is_some());
            self.src.consume(used);
            if end.is_some() {
                return Ok(Some(self.take()));
            }
        }
    }

    fn take(&mut self) -> Line {
        let line = std::mem::take(&mut self.line);
        if std::mem::take(&mut self.too_long) {
            Line::TooLong
        } else {
            Line::Row(line)
        }
    }
}
