//! Exercise `for_each_line`: the task is in `README.md`, three hints are in `hints.md`.

use tokio::io::AsyncBufRead;

// ANCHOR: signature
/// Calls `on_line` with each line of `src` that is at most `max_line` bytes long, without its
/// newline, as soon as the line is there. Longer lines are skipped; returns how many those were.
///
/// A line ends with `\n` (0x0A). The last one may end with the input instead.
///
/// # Errors
///
/// The first error of `src`. A line that was not whole by then is not handed on.
pub async fn for_each_line<R, F>(src: R, max_line: usize, on_line: F) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin,
    F: FnMut(&[u8]),
{
    let _ = (src, max_line, on_line);
    todo!("call on_line with each line of src, and count the lines that are too long")
}
// ANCHOR_END: signature
