// trap fails errors: shuts both outputs down at the same time, also when the first one fails

use std::collections::VecDeque;
use std::future::pending;
use std::io;
use std::pin::pin;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::task::JoinHandle;

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
    let mut rows = VecDeque::new();
    let mut report = Report::default();
    let mut stop = pin!(stop);
    let mut open = true;
    while open || !rows.is_empty() {
        tokio::select! {
            () = &mut stop, if open => open = false,
            line = lines.next(), if open && rows.len() < cfg.concurrency => match line? {
                Some(Line::Row(line)) => rows.push_back(Row::new(line, &enrich)),
                Some(Line::TooLong) => report.too_long += 1,
                None => open = false,
            },
            done = first(&mut rows), if !rows.is_empty() => {
                let row = rows.pop_front();
                if let Some(mut text) = done? {
                    text.push('\n');
                    out.write_all(text.as_bytes()).await?;
                    report.written += 1;
                } else if let Some(row) = row {
                    dead.write_all(&[&row.line[..], b"\n"].concat()).await?;
                    report.rejected += 1;
                }
            }
        }
    }
    let (out, dead) = tokio::join!(out.shutdown(), dead.shutdown());
    out?;
    dead?;
    Ok(report)
}

/// A row on its way. Its task is aborted when it is dropped.
struct Row {
    line: Vec<u8>,
    task: Option<JoinHandle<anyhow::Result<String>>>,
}

impl Row {
    fn new<Fut>(line: Vec<u8>, enrich: &impl Fn(String) -> Fut) -> Row
    where
        Fut: Future<Output = anyhow::Result<String>> + Send + 'static,
    {
        let text = std::str::from_utf8(&line).map(String::from).ok();
        let task = text.map(|text| tokio::spawn(enrich(text)));
        Row { line, task }
    }
}

impl Drop for Row {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

/// What became of the first row; waits for ever where there is none.
async fn first(rows: &mut VecDeque<Row>) -> anyhow::Result<Option<String>> {
    match rows.front_mut() {
        Some(Row {
            task: Some(task), ..
        }) => Ok(task.await?.ok()),
        Some(Row { task: None, .. }) => Ok(None),
        None => pending().await,
    }
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
