//! Exercise `ingest`: the task is in `README.md`, three hints are in `hints.md`.

use tokio::io::{AsyncRead, AsyncWrite};

// ANCHOR: signature
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
/// `dead` as it came, with a `\n`, in that order too. A `\r` is part of its line. What follows the last
/// `\n`, if anything, is a line too.
///
/// A row is a line from the call of `enrich` until its result is written. When `stop` is ready, no further
/// line is handed to `enrich`, and the rows are finished. After the end of `src` or a stop, both outputs are
/// shut down.
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
    let _ = (src, out, dead, cfg, enrich, stop);
    todo!("enrich the lines")
}
// ANCHOR_END: signature
