// right: `copy` fills a pipe of 64 KiB, and its other end is counted

//! Why it is right: `duplex` holds 64 KiB at most, and a `copy` into a full one waits. When the source fails,
//! `try_join!` returns its error before the count could be taken for that of the whole.
//!
//! In Node.js: `pipeline(src, new PassThrough(), count)` with an async function `count` as the last stage.

use tokio::io::{AsyncRead, AsyncReadExt, copy, duplex};

pub async fn count_lines<R: AsyncRead + Unpin>(mut src: R) -> anyhow::Result<u64> {
    let (mut near, mut far) = duplex(64 * 1024);
    let fill = async move {
        copy(&mut src, &mut near).await?;
        anyhow::Ok(())
    };
    let count = async move {
        let mut lines = 0;
        let mut piece = [0; 1024];
        loop {
            match far.read(&mut piece).await? {
                0 => return anyhow::Ok(lines),
                n => lines += piece[..n].iter().filter(|&&b| b == b'\n').count() as u64,
            }
        }
    };
    let ((), lines) = tokio::try_join!(fill, count)?;
    Ok(lines)
}
