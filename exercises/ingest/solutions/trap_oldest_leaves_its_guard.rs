// trap fails cancel: when no more lines come, the row that is waited for has left its guard, and goes on when the caller has gone

use std::collections::VecDeque;
use std::pin::pin;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::task::JoinHandle;

#[derive(Debug, Clone, Copy)]
pub struct Config {
    pub max_line: usize,
    pub concurrency: usize,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    pub written: u64,
    pub rejected: u64,
    pub too_long: u64,
}

struct Row(Vec<u8>, Option<JoinHandle<Option<String>>>);

impl Drop for Row {
    fn drop(&mut self) {
        if let Some(job) = &self.1 {
            job.abort();
        }
    }
}

struct Lines<R> {
    src: R,
    chunk: Vec<u8>,
    at: usize,
    len: usize,
    line: Vec<u8>,
    long: bool,
    max: usize,
}

enum Next {
    Line(Vec<u8>),
    TooLong,
    End,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    /// Nothing is lost when it is dropped while it waits.
    async fn next(&mut self) -> std::io::Result<Next> {
        loop {
            while self.at < self.len {
                let rest = &self.chunk[self.at..self.len];
                let end = rest.iter().position(|b| *b == b'\n');
                let piece = &rest[..end.unwrap_or(rest.len())];
                if self.line.len() + piece.len() > self.max {
                    self.long = true;
                    self.line = Vec::new();
                } else if !self.long {
                    self.line.extend_from_slice(piece);
                }
                self.at += piece.len();
                if end.is_some() {
                    self.at += 1;
                    return Ok(self.take());
                }
            }
            self.len = self.src.read(&mut self.chunk).await?;
            self.at = 0;
            if self.len == 0 {
                if self.long || !self.line.is_empty() {
                    return Ok(self.take());
                }
                return Ok(Next::End);
            }
        }
    }

    fn take(&mut self) -> Next {
        let line = std::mem::take(&mut self.line);
        if std::mem::take(&mut self.long) {
            return Next::TooLong;
        }
        Next::Line(line)
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
    let mut lines = Lines {
        src,
        chunk: vec![0; 16 * 1024],
        at: 0,
        len: 0,
        line: Vec::new(),
        long: false,
        max: cfg.max_line,
    };
    let mut stop = pin!(stop);
    let mut report = Report::default();
    let mut rows: VecDeque<Row> = VecDeque::new();
    let mut open = true;
    while open || !rows.is_empty() {
        tokio::select! {
            biased;
            () = &mut stop, if open => open = false,
            done = async {
                if open {
                    rows[0].1.as_mut().expect("it is there").await
                } else {
                    rows[0].1.take().expect("it is there").await
                }
             }, if !rows.is_empty() => {
                let result = done?;
                let row = rows.pop_front().expect("it was there");
                match result {
                    Some(mut text) => {
                        text.push('\n');
                        out.write_all(text.as_bytes()).await?;
                        out.flush().await?;
                        report.written += 1;
                    }
                    None => {
                        let mut line = row.0.clone();
                        line.push(b'\n');
                        dead.write_all(&line).await?;
                        dead.flush().await?;
                        report.rejected += 1;
                    }
                }
            }
            next = lines.next(), if open && rows.len() < cfg.concurrency => match next? {
                Next::End => open = false,
                Next::TooLong => report.too_long += 1,
                Next::Line(line) => {
                    let job = match String::from_utf8(line.clone()) {
                        Ok(text) => {
                            let job = enrich(text);
                            tokio::spawn(async move { job.await.ok() })
                        }
                        Err(_) => tokio::spawn(async { None }),
                    };
                    rows.push_back(Row(line, Some(job)));
                }
            },
        }
        tokio::task::consume_budget().await;
    }
    out.shutdown().await?;
    dead.shutdown().await?;
    Ok(report)
}
