//! Exercise `frame_reader`: the task is in `README.md`, three hints are in `hints.md`.

use bytes::Bytes;
use tokio::io::AsyncRead;

// ANCHOR: signature
/// Cuts frames out of a byte stream: four bytes of length, the highest first, then the payload.
///
/// The fields are yours; so is whatever else the file may need.
pub struct FrameReader<R> {
    inner: R,
    max_frame: usize,
}

impl<R: AsyncRead + Unpin + Send + 'static> FrameReader<R> {
    /// A reader of frames whose payloads have at most `max_frame` bytes.
    pub fn new(inner: R, max_frame: usize) -> Self {
        FrameReader { inner, max_frame }
    }

    /// The payload of the next frame, or `None` when `inner` ended after a whole frame.
    ///
    /// Dropping what this returns before it is done loses nothing: the next call goes on where it stopped.
    ///
    /// # Errors
    ///
    /// An error of `inner`; a length over `max_frame`, as soon as it is known; an end of `inner` inside a
    /// frame. After an error it is not called again.
    pub async fn next_frame(&mut self) -> anyhow::Result<Option<Bytes>> {
        let _ = (&mut self.inner, self.max_frame);
        todo!("give the next frame once all of it has come")
    }
}
// ANCHOR_END: signature
