// trap fails correct: a line that is no UTF-8 is in the dead letters and not in the report

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

/// Cuts a source into lines and holds one line at most.
struct Lines<R> {
    src: R,
    buf: Vec<u8>,
    at: usize,
    line: Vec<u8>,
    long: bool,
    ended: bool,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    fn new(src: R) -> Self {
        Lines {
            src,
            buf: Vec::with_capacity(16 * 1024),
            at: 0,
            line: Vec::new(),
            long: false,
            ended: false,
        }
    }

    /// The next line, `Err` for one that is too long, `None` at the end. Nothing is lost when it is dropped.
    async fn next(&mut self, max: usize) -> std::io::Result<Option<Result<Vec<u8>, ()>>> {
        loop {
            let rest = &self.buf[self.at..];
            let end = rest.iter().position(|&b| b == b'\n');
            let part = &rest[..end.unwrap_or(rest.len())];
            if self.long || self.line.len() + part.len() > max {
                self.long = true;
                self.line.clear();
            } else {
                self.line.extend_from_slice(part);
            }
            self.at += end.map_or(part.len(), |i| i + 1);
            let last = self.ended && (self.long || !self.line.is_empty());
            if end.is_some() || last {
                let line = std::mem::take(&mut self.line);
                return Ok(Some(if std::mem::take(&mut self.long) {
                    Err(())
                } else {
                    Ok(line)
                }));
            }
            if self.ended {
                return Ok(None);
            }
            self.buf.clear();
            self.at = 0;
            self.ended = self.src.read_buf(&mut self.buf).await? == 0;
        }
    }
}

/// A task that ends with its handle.
struct Job(Vec<u8>, Option<JoinHandle<anyhow::Result<String>>>);

impl Drop for Job {
    fn drop(&mut self) {
        if let Some(task) = &self.1 {
            task.abort();
        }
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
    let (mut out, mut dead) = (out, dead);
    let mut lines = Lines::new(src);
    let mut report = Report::default();
    let mut jobs: VecDeque<Job> = VecDeque::new();
    let mut taking = true;
    tokio::pin!(stop);
    while taking || !jobs.is_empty() {
        tokio::select! {
            biased;
            () = &mut stop, if taking => taking = false,
            row = async {
                match jobs.front_mut().and_then(|job| job.1.as_mut()) {
                    Some(task) => Some(task.await),
                    None => None,
                }
            }, if !jobs.is_empty() => {
                let bad = row.is_some();
                let line = jobs.pop_front().map(|mut job| {
                    job.1 = None;
                    std::mem::take(&mut job.0)
                });
                match row.transpose()? {
                    Some(Ok(row)) => {
                        out.write_all(row.as_bytes()).await?;
                        out.write_all(b"\n").await?;
                        out.flush().await?;
                        report.written += 1;
                    }
                    _ => {
                        let mut line = line.unwrap_or_default();
                        line.push(b'\n');
                        dead.write_all(&line).await?;
                        dead.flush().await?;
                        if bad {
                            report.rejected += 1;
                        }
                    }
                }
            }
            line = lines.next(cfg.max_line), if taking && jobs.len() < cfg.concurrency => match line? {
                None => taking = false,
                Some(Err(())) => report.too_long += 1,
                Some(Ok(line)) => match String::from_utf8(line) {
                    Ok(text) => {
                        let line = text.clone().into_bytes();
                        jobs.push_back(Job(line, Some(tokio::spawn(enrich(text)))));
                    }
                    Err(e) => jobs.push_back(Job(e.into_bytes(), None)),
                },
            },
        }
    }
    drop(lines);
    out.shutdown().await?;
    dead.shutdown().await?;
    Ok(report)
}
