// trap fails errors: a shutdown that fails since the other side is gone counts as done

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

    let read = async {
        let tx = tx;
        let mut buffer = vec![0; chunk];
        loop {
            let n = src.read(&mut buffer).await?;
            if n == 0 || tx.send(buffer[..n].to_vec()).await.is_err() {
                return anyhow::Ok(());
            }
        }
    };
    let write = async {
        let mut total = 0u64;
        while let Some(bytes) = rx.recv().await {
            dst.write_all(&bytes).await?;
            total += bytes.len() as u64;
        }
        anyhow::Ok(total)
    };
    let ((), total) = tokio::try_join!(read, write)?;
    if let Err(e) = dst.shutdown().await {
        if e.kind() != std::io::ErrorKind::NotConnected {
            return Err(e.into());
        }
    }
    Ok(total)
}
