// trap fails errors: when the sink breaks, "broken pipe" is what the reader makes of it, and the error of the sink is lost

use std::io::{Error, ErrorKind};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

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
    let (queue, mut chunks) = mpsc::channel::<Vec<u8>>(depth);
    let mut writer = JoinSet::new();
    writer.spawn(async move {
        let mut copied = 0;
        while let Some(chunk) = chunks.recv().await {
            dst.write_all(&chunk).await?;
            copied += chunk.len() as u64;
        }
        std::io::Result::Ok((dst, copied))
    });
    let gone = || Error::from(ErrorKind::BrokenPipe);
    let mut buffer = vec![0; chunk];
    loop {
        let n = tokio::select! {
            n = src.read(&mut buffer) => n?,
            () = queue.closed() => return Err(gone().into()),
        };
        if n == 0 {
            break;
        }
        queue.send(buffer[..n].to_vec()).await.map_err(|_| gone())?;
    }
    drop(queue);
    let Some(written) = writer.join_next().await else {
        return Ok(0);
    };
    let (mut dst, copied) = written??;
    dst.shutdown().await?;
    Ok(copied)
}
