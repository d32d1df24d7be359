// trap fails correct: a dead letter leaves when it is refused, and so before an earlier one

use std::collections::BTreeMap;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::task::JoinSet;

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
    let mut lines = Some(Lines::new(src));
    let mut jobs = JoinSet::new();
    let mut done: BTreeMap<u64, (Vec<u8>, Option<String>)> = BTreeMap::new();
    let (mut taken, mut left) = (0u64, 0u64);
    let mut report = Report::default();
    tokio::pin!(stop);
    loop {
        while let Some((mut line, row)) = done.remove(&left) {
            left += 1;
            if let Some(mut row) = row {
                row.push('\n');
                out.write_all(row.as_bytes()).await?;
                out.flush().await?;
                report.written += 1;
            } else if !line.is_empty() {
                line.push(b'\n');
                dead.write_all(&line).await?;
                dead.flush().await?;
                report.rejected += 1;
            }
        }
        if lines.is_none() && taken == left {
            break;
        }
        let room = taken - left < cfg.concurrency as u64;
        let taking = lines.is_some();
        let next = async {
            match &mut lines {
                Some(lines) if room => lines.next(cfg.max_line).await,
                _ => std::future::pending().await,
            }
        };
        tokio::select! {
            Some(job) = jobs.join_next() => {
                let (number, mut line, row): (u64, Vec<u8>, Option<String>) = job?;
                if row.is_none() {
                    line.push(b'\n');
                    dead.write_all(&line).await?;
                    dead.flush().await?;
                    report.rejected += 1;
                    line.clear();
                }
                done.insert(number, (line, row));
            }
            next = next => match next? {
                None => lines = None,
                Some(Err(())) => report.too_long += 1,
                Some(Ok(line)) => {
                    let number = taken;
                    taken += 1;
                    match String::from_utf8(line.clone()) {
                        Ok(text) => {
                            let job = enrich(text);
                            jobs.spawn(async move { (number, line, job.await.ok()) });
                        }
                        Err(_) => {
                            done.insert(number, (line, None));
                        }
                    }
                }
            },
            () = &mut stop, if taking => lines = None,
        }
    }
    out.shutdown().await?;
    dead.shutdown().await?;
    Ok(report)
}
