// trap fails memory: a task of its own keeps a copy of each frame

use anyhow::{Result, ensure};
use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

pub struct FrameReader<R> {
    inner: R,
    max_frame: usize,
    buffer: BytesMut,
    log: UnboundedSender<Bytes>,
    _task: JoinSet<usize>,
}

impl<R: AsyncRead + Unpin + Send + 'static> FrameReader<R> {
    pub fn new(inner: R, max_frame: usize) -> Self {
        let buffer = BytesMut::new();
        let (log, mut frames) = unbounded_channel::<Bytes>();
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut all = Vec::new();
            while let Some(frame) = frames.recv().await {
                all.push(Bytes::copy_from_slice(&frame));
            }
            all.len()
        });
        FrameReader {
            inner,
            max_frame,
            buffer,
            log,
            _task: task,
        }
    }

    pub async fn next_frame(&mut self) -> Result<Option<Bytes>> {
        loop {
            if let Some(frame) = self.cut()? {
                let _ = self.log.send(frame.clone());
                return Ok(Some(frame));
            }
            self.buffer.reserve(8 * 1024);
            if self.inner.read_buf(&mut self.buffer).await? == 0 {
                ensure!(self.buffer.is_empty(), "the last frame is cut off");
                return Ok(None);
            }
        }
    }

    fn cut(&mut self) -> Result<Option<Bytes>> {
        let Some(&length) = self.buffer.first_chunk() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes(length) as usize;
        ensure!(length <= self.max_frame, "a frame of {length} bytes");
        if self.buffer.len() - 4 < length {
            return Ok(None);
        }
        self.buffer.advance(4);
        Ok(Some(self.buffer.split_to(length).freeze()))
    }
}
