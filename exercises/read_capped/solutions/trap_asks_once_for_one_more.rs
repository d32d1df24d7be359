// trap fails correct: asks once whether a full body goes on, and takes `Pending` for its end

use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};

pub async fn read_capped<R: AsyncRead + Unpin>(mut src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    (&mut src).take(max as u64).read_to_end(&mut body).await?;
    if body.len() == max {
        let mut one = [0];
        let mut one = ReadBuf::new(&mut one);
        let mut cx = Context::from_waker(Waker::noop());
        match Pin::new(&mut src).poll_read(&mut cx, &mut one) {
            Poll::Ready(result) => result?,
            Poll::Pending => {}
        }
        anyhow::ensure!(one.filled().is_empty(), "too long");
    }
    Ok(body)
}
