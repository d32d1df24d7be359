// trap fails correct, backpressure: gathers 384 KiB before it writes, which fits the memory and not the window

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

const BLOCK: usize = 384 * 1024;

pub async fn relay<R, W>(mut src: R, mut dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut block = Vec::with_capacity(BLOCK);
    let mut copied = 0;
    loop {
        block.clear();
        while block.len() < block.capacity() {
            if src.read_buf(&mut block).await? == 0 {
                break;
            }
        }
        if block.is_empty() {
            break;
        }
        dst.write_all(&block).await?;
        copied += block.len() as u64;
    }
    dst.shutdown().await?;
    Ok(copied)
}
