// right: one loop that does whichever is possible: a read, a write to a, a write to b

//! Why it is right: `write` and `read_buf` may be dropped while they wait, since they have taken nothing by then; how
//! far each sink has come is outside of them. The next piece is read while this one is written, and there are never
//! more than two. A `write_all` in its place would lose how far it had come.
//!
//! In Node.js: the `'readable'` event of the source and `'drain'` of each sink, with a count for each.

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

const ROOM: usize = 64 * 1024;

pub async fn tee<R, A, B>(src: R, a: A, b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let (mut src, mut a, mut b) = (src, a, b);
    let mut total = 0;
    let mut piece = BytesMut::with_capacity(ROOM);
    let (mut at_a, mut at_b) = (0, 0);
    let mut ended = false;
    let mut next = BytesMut::with_capacity(ROOM);
    loop {
        if at_a == piece.len() && at_b == piece.len() {
            piece.clear();
            (at_a, at_b) = (0, 0);
            std::mem::swap(&mut piece, &mut next);
            if piece.is_empty() && ended {
                break;
            }
        }
        tokio::select! {
            n = src.read_buf(&mut next), if !ended && next.len() < next.capacity() => match n? {
                0 => ended = true,
                n => total += n as u64,
            },
            n = a.write(&piece[at_a..]), if at_a < piece.len() => match n? {
                0 => anyhow::bail!("a takes nothing"),
                n => at_a += n,
            },
            n = b.write(&piece[at_b..]), if at_b < piece.len() => match n? {
                0 => anyhow::bail!("b takes nothing"),
                n => at_b += n,
            },
        }
    }
    tokio::try_join!(a.shutdown(), b.shutdown())?;
    Ok(total)
}
