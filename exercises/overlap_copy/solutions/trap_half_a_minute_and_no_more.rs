// trap fails correct: whoever is silent for half a minute is taken for broken

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(30);

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
            let n = timeout(PATIENCE, src.read(&mut buffer)).await??;
            if n == 0 || tx.send(buffer[..n].to_vec()).await.is_err() {
                return anyhow::Ok(());
            }
        }
    };
    let write = async {
        let mut total = 0u64;
        while let Some(bytes) = rx.recv().await {
            timeout(PATIENCE, dst.write_all(&bytes)).await??;
            total += bytes.len() as u64;
        }
        anyhow::Ok(total)
    };
    let ((), total) = tokio::try_join!(read, write)?;
    dst.shutdown().await?;
    Ok(total)
}
