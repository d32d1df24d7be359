// right: one stage reads and starts rows, another waits for them in order; permits travel with them

//! Why it is right: the permit is taken before the line and given back when the row has been written, so it counts what
//! waits, what is worked on and what is done. The order to stop ends the first stage, which closes the channel, and the
//! second one goes on until it is empty.
//!
//! In Node.js: two async functions with a queue of promises between them, and a counter of free places.

use std::io;
use std::pin::pin;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
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
    let places = Arc::new(Semaphore::new(cfg.concurrency));
    let (sender, mut rows) = mpsc::channel::<Row>(cfg.concurrency);
    let read = async move {
        let mut lines = Lines::new(src, cfg.max_line);
        let mut too_long = 0;
        let mut stop = pin!(stop);
        loop {
            let next = async {
                let place = Arc::clone(&places).acquire_owned().await?;
                anyhow::Ok((place, lines.next().await?))
            };
            let (place, line) = tokio::select! {
                biased;
                () = &mut stop => return anyhow::Ok(too_long),
                next = next => next?,
            };
            match line {
                Some(Line::Row(line)) => sender.send(Row::new(line, &enrich, place)).await?,
                Some(Line::TooLong) => too_long += 1,
                None => return Ok(too_long),
            }
        }
    };
    let write = async {
        let (mut written, mut rejected) = (0, 0);
        while let Some(mut row) = rows.recv().await {
            let done = match &mut row.task {
                Some(task) => task.await?.ok(),
                None => None,
            };
            if let Some(mut text) = done {
                text.push('\n');
                out.write_all(text.as_bytes()).await?;
                written += 1;
            } else {
                row.line.push(b'\n');
                dead.write_all(&row.line).await?;
                rejected += 1;
            }
        }
        anyhow::Ok((written, rejected))
    };
    let (too_long, (written, rejected)) = tokio::try_join!(read, write)?;
    out.shutdown().await?;
    dead.shutdown().await?;
    Ok(Report {
        written,
        rejected,
        too_long,
    })
}

/// A row on its way. Its task is aborted when it is dropped.
struct Row {
    line: Vec<u8>,
    task: Option<JoinHandle<anyhow::Result<String>>>,
    _place: OwnedSemaphorePermit,
}

impl Row {
    fn new<Fut>(line: Vec<u8>, enrich: &impl Fn(String) -> Fut, place: OwnedSemaphorePermit) -> Row
    where
        Fut: Future<Output = anyhow::Result<String>> + Send + 'static,
    {
        let text = std::str::from_utf8(&line).map(String::from).ok();
        let task = text.map(|text| tokio::spawn(enrich(text)));
        Row {
            line,
            task,
            _place: place,
        }
    }
}

impl Drop for Row {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
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
