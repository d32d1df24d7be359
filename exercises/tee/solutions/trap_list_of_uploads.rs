// trap fails memory: a static list of uploads, from which only those that succeed are removed

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

static UPLOADS: std::sync::Mutex<Vec<(u64, [u64; 16])>> = std::sync::Mutex::new(Vec::new());
static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);

pub async fn tee<R, A, B>(src: R, a: A, b: B) -> anyhow::Result<u64>
where
    R: AsyncRead + Unpin + Send + 'static,
    A: AsyncWrite + Unpin + Send + 'static,
    B: AsyncWrite + Unpin + Send + 'static,
{
    let (mut src, mut a, mut b) = (src, a, b);
    let mut buffer = vec![0; 32 * 1024];
    let mut total = 0;
    let id = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    if let Ok(mut uploads) = UPLOADS.lock() {
        uploads.push((id, [0; 16]));
    }
    loop {
        let n = src.read(&mut buffer).await?;
        if n == 0 {
            break;
        }
        let piece = &buffer[..n];
        tokio::try_join!(a.write_all(piece), b.write_all(piece))?;
        total += n as u64;
    }
    tokio::try_join!(a.shutdown(), b.shutdown())?;
    if let Ok(mut uploads) = UPLOADS.lock() {
        uploads.retain(|upload| upload.0 != id);
    }
    Ok(total)
}
