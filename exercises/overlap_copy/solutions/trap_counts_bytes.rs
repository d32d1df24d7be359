// trap fails memory: bytes are counted, and a short chunk keeps the room of a whole one

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::Semaphore;
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
    let (tx, mut rx) = mpsc::unbounded_channel::<Vec<u8>>();
    let room = Semaphore::new(chunk * depth);
    let read = async {
        let tx = tx;
        loop {
            let mut buffer = vec![0; chunk];
            let n = src.read(&mut buffer).await?;
            if n == 0 {
                return anyhow::Ok(());
            }
            buffer.truncate(n);
            room.acquire_many(n as u32).await?.forget();
            if tx.send(buffer).is_err() {
                return Ok(());
            }
        }
    };
    let write = async {
        let mut total = 0;
        while let Some(bytes) = rx.recv().await {
            room.add_permits(bytes.len());
            dst.write_all(&bytes).await?;
            total += bytes.len() as u64;
        }
        anyhow::Ok(total)
    };
    let ((), total) = tokio::try_join!(read, write)?;
    dst.shutdown().await?;
    Ok(total)
}
