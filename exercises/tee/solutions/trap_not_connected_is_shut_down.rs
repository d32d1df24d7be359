// trap fails errors: a sink that is not connected has nothing to shut down, as if all had arrived before it went

use std::io::{self, ErrorKind};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub async fn tee<R, A, B>(mut src: R, mut a: A, mut b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let mut buf = vec![0; 32 * 1024];
    let mut copied = 0;
    loop {
        let n = src.read(&mut buf).await?;
        if n == 0 {
            break;
        }
        tokio::try_join!(a.write_all(&buf[..n]), b.write_all(&buf[..n]))?;
        copied += n as u64;
    }
    tokio::try_join!(end(a), end(b))?;
    Ok(copied)
}

async fn end<W: AsyncWrite + Unpin>(mut sink: W) -> io::Result<()> {
    match sink.shutdown().await {
        Err(e) if e.kind() == ErrorKind::NotConnected => Ok(()),
        ended => ended,
    }
}
