// right: reads as much as is allowed, and then asks for one byte more

//! Why it is right: where fewer than `max` bytes came, `read_to_end` has seen the end. A full body is whole only if
//! the end comes next, so one more read says which it is, and waits as long as it has to. Its error is an error.
//!
//! In Node.js: when `max` bytes are there, `for await` goes round once more, and throws if a chunk comes.

use tokio::io::{AsyncRead, AsyncReadExt};

pub async fn read_capped<R: AsyncRead + Unpin>(mut src: R, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    (&mut src).take(max as u64).read_to_end(&mut body).await?;
    if body.len() == max && src.read(&mut [0]).await? > 0 {
        anyhow::bail!("too long");
    }
    Ok(body)
}
