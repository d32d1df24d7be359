// trap fails correct: gives up when the client or a sink takes more than 30 s for a piece

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

pub async fn tee<R, A, B>(src: R, a: A, b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let (mut src, mut a, mut b) = (src, a, b);
    let mut buffer = vec![0; 32 * 1024];
    let mut total = 0;
    loop {
        let n = timeout(Duration::from_secs(30), src.read(&mut buffer)).await??;
        if n == 0 {
            break;
        }
        let piece = &buffer[..n];
        let written = async { tokio::try_join!(a.write_all(piece), b.write_all(piece)) };
        timeout(Duration::from_secs(30), written).await??;
        total += n as u64;
    }
    tokio::try_join!(a.shutdown(), b.shutdown())?;
    Ok(total)
}
