// trap fails memory, backpressure: reads on when the faster sink has room, and keeps the rest for the slower

use std::collections::VecDeque;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub async fn tee<R, A, B>(mut src: R, mut a: A, mut b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let mut backlogs = [VecDeque::new(), VecDeque::new()];
    let mut buf = vec![0; 16 * 1024];
    let mut copied = 0;
    let mut ended = false;
    while !ended || backlogs.iter().any(|backlog| !backlog.is_empty()) {
        if !ended && backlogs.iter().any(VecDeque::is_empty) {
            let n = src.read(&mut buf).await?;
            ended = n == 0;
            copied += n as u64;
            for backlog in &mut backlogs {
                backlog.extend(&buf[..n]);
            }
            continue;
        }
        let [to_a, to_b] = &mut backlogs;
        tokio::select! {
            n = a.write(to_a.as_slices().0), if !to_a.is_empty() => {
                to_a.drain(..n?);
            }
            n = b.write(to_b.as_slices().0), if !to_b.is_empty() => {
                to_b.drain(..n?);
            }
        }
    }
    tokio::try_join!(a.shutdown(), b.shutdown())?;
    Ok(copied)
}
