// trap fails correct, cancel: asks to be polled again at once whenever it has to wait, so it takes a whole core, and virtual time stands still

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use tokio::io::{AsyncRead, ReadBuf};

pub async fn count_lines<R: AsyncRead + Unpin>(mut src: R) -> anyhow::Result<u64> {
    let mut buf = vec![0; 64 * 1024];
    let mut lines = 0;
    loop {
        let n = poll_fn(|cx| {
            let mut buf = ReadBuf::new(&mut buf);
            match Pin::new(&mut src).poll_read(cx, &mut buf) {
                Poll::Pending => {
                    cx.waker().wake_by_ref();
                    Poll::Pending
                }
                Poll::Ready(result) => Poll::Ready(result.map(|()| buf.filled().len())),
            }
        })
        .await?;
        if n == 0 {
            return Ok(lines);
        }
        lines += buf[..n].iter().filter(|&&b| b == b'\n').count() as u64;
    }
}
