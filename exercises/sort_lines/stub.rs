//! Exercise `sort_lines`: the task is in `README.md`, three hints are in `hints.md`.

use std::path::Path;

use tokio::io::{AsyncBufRead, AsyncWrite};

// ANCHOR: signature
/// Writes the lines of `src` to `dst` in the order of their bytes, each with a `\n` at its end, shuts `dst`
/// down, and returns their number. Equal lines all stay. What follows the last `\n`, if anything, is a line.
///
/// Holds about `budget` bytes of lines in memory; `budget` is at least 64 KiB, and a line has at most 4 KiB.
/// Files may be made in the folder `scratch`, which others use too; afterwards none of them is left.
///
/// # Errors
///
/// The first error of either side, or of a file. After one of `src` or of a file, and when the future is
/// dropped, `dst` is not shut down. No file is left then either.
pub async fn sort_lines<R, W>(src: R, dst: W, budget: usize, scratch: &Path) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let _ = (src, dst, budget, scratch);
    todo!("sort the lines")
}
// ANCHOR_END: signature
