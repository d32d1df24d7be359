// trap fails correct: a row is written in a branch of `select!`, and lost when the stop comes first

use std::collections::VecDeque;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
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

struct Lines<R> {
    src: R,
    chunk: Vec<u8>,
    start: usize,
    end: usize,
    line: Vec<u8>,
    skipping: bool,
    max: usize,
}

enum Step {
    Line(Vec<u8>),
    TooLong,
    More,
    End,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    fn new(src: R, max: usize) -> Self {
        Lines {
            src,
            chunk: vec![0; 16 * 1024],
            start: 0,
            end: 0,
            line: Vec::new(),
            skipping: false,
            max,
        }
    }

    /// One step, with at most one read; dropped, it has lost nothing.
    async fn step(&mut self) -> std::io::Result<Step> {
        if self.start == self.end {
            let n = self.src.read(&mut self.chunk).await?;
            self.start = 0;
            self.end = n;
            if n == 0 {
                if self.skipping {
                    self.skipping = false;
                    return Ok(Step::TooLong);
                }
                if self.line.is_empty() {
                    return Ok(Step::End);
                }
                return Ok(Step::Line(std::mem::take(&mut self.line)));
            }
        }
        let rest = &self.chunk[self.start..self.end];
        let newline = rest.iter().position(|&byte| byte == b'\n');
        let piece = &rest[..newline.unwrap_or(rest.len())];
        if !self.skipping {
            if piece.len() > self.max - self.line.len() {
                self.skipping = true;
                self.line = Vec::new();
            } else {
                self.line.extend_from_slice(piece);
            }
        }
        self.start += piece.len();
        if newline.is_some() {
            self.start += 1;
            if self.skipping {
                self.skipping = false;
                return Ok(Step::TooLong);
            }
            return Ok(Step::Line(std::mem::take(&mut self.line)));
        }
        Ok(Step::More)
    }
}

enum Row {
    Job(JoinHandle<anyhow::Result<String>>, Vec<u8>),
    Dead(Vec<u8>),
}

impl Drop for Row {
    fn drop(&mut self) {
        if let Row::Job(handle, _) = self {
            handle.abort();
        }
    }
}

async fn head(rows: &mut VecDeque<Row>) -> Option<String> {
    match rows.front_mut() {
        Some(Row::Job(handle, _)) => match handle.await {
            Ok(answer) => answer.ok(),
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        },
        _ => None,
    }
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
    let mut report = Report::default();
    let mut lines = Lines::new(src, cfg.max_line);
    let mut rows: VecDeque<Row> = VecDeque::new();
    let mut stop = std::pin::pin!(stop);
    let mut taking = true;
    loop {
        tokio::select! {
            biased;
            () = &mut stop, if taking => taking = false,
            answer = head(&mut rows), if !rows.is_empty() => {
                match answer {
                    Some(mut row) => {
                        row.push('\n');
                        tokio::select! {
                            written = out.write_all(row.as_bytes()) => written?,
                            () = &mut stop, if taking => taking = false,
                        }
                        report.written += 1;
                        rows.pop_front();
                    }
                    None => {
                        if let Some(Row::Job(_, line) | Row::Dead(line)) = rows.front_mut() {
                            line.push(b'\n');
                            dead.write_all(line).await?;
                        }
                        report.rejected += 1;
                        rows.pop_front();
                    }
                }
            }
            step = lines.step(), if taking && rows.len() < cfg.concurrency => match step? {
                Step::Line(line) => match String::from_utf8(line.clone()) {
                    Ok(text) => rows.push_back(Row::Job(tokio::spawn(enrich(text)), line)),
                    Err(_) => rows.push_back(Row::Dead(line)),
                },
                Step::TooLong => report.too_long += 1,
                Step::More => {}
                Step::End => taking = false,
            },
            else => break,
        }
    }
    out.shutdown().await?;
    dead.shutdown().await?;
    Ok(report)
}
