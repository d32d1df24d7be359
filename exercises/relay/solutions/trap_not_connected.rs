// trap fails errors: forgives a shutdown that finds the other side gone, and its last bytes with it

use std::io::ErrorKind;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, copy};

pub async fn relay<R, W>(mut src: R, mut dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let n = copy(&mut src, &mut dst).await?;
    match dst.shutdown().await {
        Err(e) if e.kind() == ErrorKind::NotConnected => {}
        other => other?,
    }
    Ok(n)
}
