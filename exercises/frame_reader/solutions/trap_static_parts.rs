// trap fails memory: what has come of a frame is in a static map, by connection, and only an end between frames takes it out

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use anyhow::{Result, ensure};
use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

static PARTS: LazyLock<Mutex<HashMap<u64, BytesMut>>> = LazyLock::new(Mutex::default);
static CONNECTIONS: AtomicU64 = AtomicU64::new(0);

pub struct FrameReader<R> {
    inner: R,
    max_frame: usize,
    connection: u64,
}

impl<R: AsyncRead + Unpin + Send + 'static> FrameReader<R> {
    pub fn new(inner: R, max_frame: usize) -> Self {
        FrameReader {
            inner,
            max_frame,
            connection: CONNECTIONS.fetch_add(1, Relaxed),
        }
    }

    fn take(&self) -> Result<Option<Bytes>> {
        let mut parts = parts();
        let part = parts.entry(self.connection).or_default();
        let Some((head, payload)) = part.split_first_chunk::<4>() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes(*head) as usize;
        ensure!(length <= self.max_frame, "{length} bytes are too many");
        if payload.len() < length {
            return Ok(None);
        }
        part.advance(4);
        Ok(Some(part.split_to(length).freeze()))
    }

    pub async fn next_frame(&mut self) -> Result<Option<Bytes>> {
        loop {
            if let Some(frame) = self.take()? {
                return Ok(Some(frame));
            }
            let mut chunk = [0; 4096];
            let n = self.inner.read(&mut chunk).await?;
            let mut parts = parts();
            let part = parts.entry(self.connection).or_default();
            if n == 0 {
                ensure!(part.is_empty(), "the end inside a frame");
                parts.remove(&self.connection);
                return Ok(None);
            }
            part.extend_from_slice(&chunk[..n]);
        }
    }
}

fn parts() -> MutexGuard<'static, HashMap<u64, BytesMut>> {
    PARTS.lock().unwrap_or_else(PoisonError::into_inner)
}
