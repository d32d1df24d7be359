// trap fails correct: the last byte of an odd read waits until more comes

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub async fn relay<R, W>(mut src: R, mut dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut buf = vec![0; 8192];
    let mut held = 0;
    let mut total = 0;
    loop {
        let n = src.read(&mut buf[held..]).await?;
        if n == 0 {
            break;
        }
        total += n as u64;
        let have = held + n;
        let out = have / 2 * 2;
        dst.write_all(&buf[..out]).await?;
        buf.copy_within(out..have, 0);
        held = have - out;
    }
    dst.write_all(&buf[..held]).await?;
    dst.shutdown().await?;
    Ok(total)
}
