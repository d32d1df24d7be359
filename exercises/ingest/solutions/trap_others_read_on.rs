// trap fails errors: the worker that meets the error ends, and the next one reads on

use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{Mutex, watch};
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

/// Where lines come from: whoever has it takes the next line and the next number.
struct Desk<R> {
    /// Gone when no further line is to be taken.
    lines: Option<Lines<R>>,
    number: u64,
    report: Report,
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
    let concurrency = cfg.concurrency;
    let desk = Arc::new(Mutex::new(Desk {
        lines: Some(Lines::new(src)),
        number: 0,
        report: Report::default(),
    }));
    let outputs = Arc::new(Mutex::new((out, dead)));
    let enrich = Arc::new(enrich);
    let (told, stopped) = watch::channel(false);
    let (turn, _) = watch::channel(0u64);
    let turn = Arc::new(turn);

    let mut workers = JoinSet::new();
    for _ in 0..concurrency {
        let (desk, outputs, enrich, turn) = (
            Arc::clone(&desk),
            Arc::clone(&outputs),
            Arc::clone(&enrich),
            Arc::clone(&turn),
        );
        let mut stopped = stopped.clone();
        workers.spawn(async move {
            loop {
                let (number, line) = {
                    let mut desk = desk.lock().await;
                    let Some(lines) = &mut desk.lines else {
                        return anyhow::Ok(());
                    };
                    let next = tokio::select! {
                        biased;
                        _ = stopped.wait_for(|&told| told) => None,
                        next = lines.next(cfg.max_line) => next?,
                    };
                    match next {
                        None => {
                            desk.lines = None;
                            return Ok(());
                        }
                        Some(Err(())) => {
                            desk.report.too_long += 1;
                            continue;
                        }
                        Some(Ok(line)) => {
                            desk.number += 1;
                            (desk.number - 1, line)
                        }
                    }
                };
                let row = match String::from_utf8(line.clone()) {
                    Ok(text) => enrich(text).await,
                    Err(e) => Err(e.into()),
                };
                turn.subscribe().wait_for(|&turn| turn == number).await?;
                let mut outputs = outputs.lock().await;
                if let Ok(row) = &row {
                    outputs.0.write_all(format!("{row}\n").as_bytes()).await?;
                    outputs.0.flush().await?;
                } else {
                    outputs.1.write_all(&[&line, &b"\n"[..]].concat()).await?;
                    outputs.1.flush().await?;
                }
                drop(outputs);
                turn.send_replace(number + 1);
                let mut desk = desk.lock().await;
                let report = &mut desk.report;
                *(if row.is_ok() {
                    &mut report.written
                } else {
                    &mut report.rejected
                }) += 1;
            }
        });
    }
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop, if !*told.borrow() => {
                told.send_replace(true);
            }
            done = workers.join_next() => match done {
                None => break,
                Some(done) => done??,
            },
        }
    }
    let mut outputs = outputs.lock().await;
    outputs.0.shutdown().await?;
    outputs.1.shutdown().await?;
    let report = desk.lock().await.report;
    Ok(report)
}
