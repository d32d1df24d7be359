// right: `copy_bidirectional`, with a side that has nothing to say

//! Why it is right: it copies both ways with a buffer of 8 KiB each, and when one side has ended, it shuts the other
//! down, as here the sink. The way back is empty from the start. At the first error it returns, without a shutdown.
//!
//! In Node.js: `a.pipe(b)` and `b.pipe(a)`, of which the second has nothing to carry; `pipe` hands no error on.

use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional, empty, join, sink};

pub async fn relay<R, W>(src: R, dst: W) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let (mut near, mut far) = (join(src, sink()), join(empty(), dst));
    let (there, _) = copy_bidirectional(&mut near, &mut far).await?;
    Ok(there)
}
