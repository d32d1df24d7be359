// trap fails correct: told to stop while it writes, it takes all lines that it has read before it listens again

use std::collections::VecDeque;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
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

/// Hands each line of `src` to `enrich`, up to `concurrency` at once, and writes the results to `out` in
/// the order of the lines, each with a `\n`. A line that `enrich` refuses, or that is no UTF-8, goes to
/// `dead` as it came, with a `\n`. What follows the last `\n`, if anything, is a line too.
///
/// When `stop` is ready, no further line is taken; what was taken is finished and written. At the end,
/// whichever came first, both outputs are shut down.
///
/// # Errors
///
/// The first error of `src`, `out` or `dead`. Then no output is shut down any more and no job is left.
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
    let (mut src, mut out, mut dead) = (src, out, dead);
    tokio::pin!(stop);
    let mut report = Report::default();
    let mut rows: VecDeque<Row> = VecDeque::new();
    let mut lines = Lines {
        buf: vec![0; 8192],
        pos: 0,
        len: 0,
        line: Vec::new(),
        skip: false,
        max: cfg.max_line,
    };
    let (mut ended, mut stopped) = (false, false);
    loop {
        while !stopped && rows.len() < cfg.concurrency {
            match lines.next(&mut report.too_long, ended) {
                None => break,
                Some(line) => rows.push_back(match String::from_utf8(line) {
                    Ok(s) => Row {
                        line: s.clone().into_bytes(),
                        job: Some(tokio::spawn(enrich(s))),
                    },
                    Err(e) => Row {
                        line: e.into_bytes(),
                        job: None,
                    },
                }),
            }
        }
        if rows.is_empty() && (ended || stopped) {
            break;
        }
        tokio::select! {
            biased;
            answer = async { match &mut rows.front_mut().unwrap().job { Some(j) => Some(j.await), None => None } }, if !rows.is_empty() => {
                let row = rows.pop_front().unwrap();
                match answer {
                    Some(Ok(Ok(mut s))) => {
                        s.push('\n');
                        out.write_all(s.as_bytes()).await?;
                        out.flush().await?;
                        report.written += 1;
                    }
                    Some(Err(e)) => return Err(e.into()),
                    Some(Ok(Err(_))) | None => {
                        let mut line = row.line.clone();
                        line.push(b'\n');
                        dead.write_all(&line).await?;
                        dead.flush().await?;
                        report.rejected += 1;
                    }
                }
            }
            n = src.read(&mut lines.buf), if !ended && !stopped && rows.len() < cfg.concurrency => {
                lines.pos = 0;
                lines.len = n?;
                if lines.len == 0 { ended = true; }
            }
            () = &mut stop, if !stopped => stopped = true,
        }
    }
    out.shutdown().await?;
    dead.shutdown().await?;
    Ok(report)
}

struct Row {
    line: Vec<u8>,
    job: Option<JoinHandle<anyhow::Result<String>>>,
}
impl Drop for Row {
    fn drop(&mut self) {
        if let Some(j) = &self.job {
            j.abort();
        }
    }
}
struct Lines {
    buf: Vec<u8>,
    pos: usize,
    len: usize,
    line: Vec<u8>,
    skip: bool,
    max: usize,
}
impl Lines {
    fn next(&mut self, too_long: &mut u64, ended: bool) -> Option<Vec<u8>> {
        loop {
            let rest = &self.buf[self.pos..self.len];
            let nl = rest.iter().position(|b| *b == b'\n');
            let part = &rest[..nl.unwrap_or(rest.len())];
            self.pos += part.len() + nl.is_some() as usize;
            if !self.skip {
                if part.len() > self.max - self.line.len() {
                    self.skip = true;
                    self.line = Vec::new();
                    *too_long += 1;
                } else {
                    self.line.extend_from_slice(part);
                }
            }
            if nl.is_some() {
                if std::mem::take(&mut self.skip) {
                    continue;
                }
                return Some(std::mem::take(&mut self.line));
            }
            if ended && !self.skip && !self.line.is_empty() {
                return Some(std::mem::take(&mut self.line));
            }
            return None;
        }
    }
}
