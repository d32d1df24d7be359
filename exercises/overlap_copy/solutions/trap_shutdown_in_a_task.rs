// trap fails cancel: the shutdown is awaited, and still a task of its own, which nobody ends

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
    let mut set = tokio::task::JoinSet::new();
    set.spawn(async move {
        let mut total = 0;
        while let Some(bytes) = rx.recv().await {
            dst.write_all(&bytes).await?;
            total += bytes.len() as u64;
        }
        anyhow::Ok((total, dst))
    });
    let mut buffer = vec![0; chunk];
    loop {
        let n = tokio::select! {
            n = src.read(&mut buffer) => n?,
            () = tx.closed() => break,
        };
        if n == 0 || tx.send(buffer[..n].to_vec()).await.is_err() {
            break;
        }
    }
    drop(tx);
    let Some(done) = set.join_next().await else {
        return Ok(0);
    };
    let (total, mut dst) = done??;
    let shut = tokio::spawn(async move { dst.shutdown().await });
    shut.await??;
    Ok(total)
}
