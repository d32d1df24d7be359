// trap fails cancel, memory: drops the handle of its task, which goes on without its reader

use std::io::ErrorKind;

use anyhow::{Result, ensure};
use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc;

pub struct FrameReader<R> {
    frames: mpsc::Receiver<Result<Bytes>>,
    _inner: std::marker::PhantomData<fn() -> R>,
}

impl<R: AsyncRead + Unpin + Send + 'static> FrameReader<R> {
    pub fn new(mut inner: R, max_frame: usize) -> Self {
        let (sender, frames) = mpsc::channel(1);
        tokio::spawn(async move {
            while let Some(frame) = read(&mut inner, max_frame).await.transpose() {
                let last = frame.is_err();
                let _ = sender.send(frame).await;
                if last {
                    break;
                }
            }
        });
        FrameReader {
            frames,
            _inner: std::marker::PhantomData,
        }
    }

    pub async fn next_frame(&mut self) -> Result<Option<Bytes>> {
        self.frames.recv().await.transpose()
    }
}

async fn read<R: AsyncRead + Unpin>(inner: &mut R, max_frame: usize) -> Result<Option<Bytes>> {
    let mut length = [0; 4];
    if inner.read(&mut length[..1]).await? == 0 {
        return Ok(None);
    }
    inner.read_exact(&mut length[1..]).await?;
    let length = u32::from_be_bytes(length) as usize;
    ensure!(length <= max_frame, "a frame of {length} bytes");
    let mut frame = Vec::new();
    let n = inner.take(length as u64).read_to_end(&mut frame).await?;
    ensure!(n == length, ErrorKind::UnexpectedEof);
    Ok(Some(frame.into()))
}
