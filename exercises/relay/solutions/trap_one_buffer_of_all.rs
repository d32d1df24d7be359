// trap fails correct: one buffer for all calls, filled in one poll and written in another

use std::{future::poll_fn, pin::Pin, sync::Mutex, task::Poll, task::ready};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};

static BUF: Mutex<[u8; 8192]> = Mutex::new([0; 8192]);

pub async fn relay<R, W>(mut src: R, mut dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut total = 0;
    loop {
        let n = poll_fn(|cx| {
            let mut buf = BUF.lock().unwrap();
            let mut rb = ReadBuf::new(&mut buf[..]);
            ready!(Pin::new(&mut src).poll_read(cx, &mut rb))?;
            Poll::Ready(std::io::Result::Ok(rb.filled().len()))
        })
        .await?;
        if n == 0 {
            break;
        }
        let mut at = 0;
        while at < n {
            at += poll_fn(|cx| {
                let buf = BUF.lock().unwrap();
                Pin::new(&mut dst).poll_write(cx, &buf[at..n])
            })
            .await?;
        }
        total += n as u64;
    }
    dst.shutdown().await?;
    Ok(total)
}
