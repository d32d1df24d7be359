// trap fails errors: gathers lines while the source is ready, and drops them when it breaks

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use tokio::io::AsyncBufRead;

pub async fn for_each_line<R, F>(mut src: R, max_line: usize, mut on_line: F) -> anyhow::Result<u64>
where
    R: AsyncBufRead + Unpin,
    F: FnMut(&[u8]),
{
    let mut line = Vec::new();
    let mut long = false;
    let mut skipped = 0;
    let mut batch: Vec<Vec<u8>> = Vec::new();
    let mut room = 0;
    poll_fn(|cx| {
        loop {
            let mut reader = Pin::new(&mut src);
            let lent = match reader.as_mut().poll_fill_buf(cx) {
                Poll::Ready(lent) => lent?,
                Poll::Pending => {
                    batch.drain(..).for_each(|line| on_line(&line));
                    return Poll::Pending;
                }
            };
            let end = lent.is_empty();
            let newline = lent.iter().position(|&b| b == b'\n');
            let piece = &lent[..newline.unwrap_or(lent.len())];
            let used = piece.len() + usize::from(newline.is_some());
            long = long || piece.len() > max_line - line.len();
            if long {
                line = Vec::new();
            } else {
                line.extend_from_slice(piece);
            }
            reader.consume(used);
            if newline.is_some() || (end && (long || !line.is_empty())) {
                if long {
                    skipped += 1;
                } else {
                    room += line.len() + 64;
                    batch.push(std::mem::take(&mut line));
                }
                line.clear();
                long = false;
            }
            if end || room > 64 * 1024 {
                batch.drain(..).for_each(|line| on_line(&line));
                room = 0;
            }
            if end {
                return Poll::Ready(anyhow::Ok(()));
            }
        }
    })
    .await?;
    Ok(skipped)
}
