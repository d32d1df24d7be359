// trap fails backpressure: the writer takes all that waits at once, and their places are free while it writes

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

pub async fn overlap_copy<R, W>(
    mut src: R,
    mut dst: W,
    chunk: usize,
    depth: usize,
) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (tx, mut rx) = mpsc::channel::<Vec<u8>>(depth);
    let read = async move {
        let mut buffer = vec![0; chunk];
        loop {
            let n = src.read(&mut buffer).await?;
            if n == 0 || tx.send(buffer[..n].to_vec()).await.is_err() {
                return anyhow::Ok(());
            }
        }
    };
    let write = async move {
        let mut total = 0;
        let mut taken = Vec::new();
        while rx.recv_many(&mut taken, depth).await > 0 {
            for bytes in taken.drain(..) {
                dst.write_all(&bytes).await?;
                total += bytes.len() as u64;
            }
        }
        Ok((total, dst))
    };
    let ((), (total, mut dst)) = tokio::try_join!(read, write)?;
    dst.shutdown().await?;
    Ok(total)
}
