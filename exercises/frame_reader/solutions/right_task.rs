// right: a task reads with `read_exact`, and hands the frames over a channel with room for one

//! Why it is right: nobody gives up on the task, so it may keep half a frame in its own future. What is given up is
//! `recv`, which takes nothing until it is done. The channel's bound is the bound of what is read ahead, and the
//! `JoinSet` stops the task when the reader is dropped.
//!
//! In Node.js: a loop that nobody races, and a queue between it and the caller, with a `'drain'` of its own.

use std::io::ErrorKind;

use anyhow::{Result, ensure};
use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

pub struct FrameReader<R> {
    frames: mpsc::Receiver<Result<Bytes>>,
    _task: JoinSet<()>,
    _inner: std::marker::PhantomData<fn() -> R>,
}

impl<R: AsyncRead + Unpin + Send + 'static> FrameReader<R> {
    pub fn new(mut inner: R, max_frame: usize) -> Self {
        let (sender, frames) = mpsc::channel(1);
        let mut task = JoinSet::new();
        task.spawn(async move {
            while let Some(frame) = read(&mut inner, max_frame).await.transpose() {
                let last = frame.is_err();
                if sender.send(frame).await.is_err() || last {
                    break;
                }
            }
        });
        FrameReader {
            frames,
            _task: task,
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
