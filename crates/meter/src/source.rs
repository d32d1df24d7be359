use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::task::coop;
use tokio_stream::Stream;

use crate::pace::Pace;
use crate::trip::{Trip, crossed};
use crate::watch::moved;
use crate::{Content, ON_PURPOSE, Watch, Window, trace};

/// Reads after the end, with nothing else moving in between, that are taken for curiosity; a reader that goes
/// on is stuck. One that looks again whenever it has written a little is not: `tokio::io::copy_buf` does so
/// while it flushes.
const AFTER_END: u64 = 64;

/// An input of any length, read as bytes ([`AsyncRead`]).
#[derive(Debug)]
pub struct Source {
    feed: Feed,
}

/// An input of any length that comes in chunks, each in memory of its own ([`Stream`]).
#[derive(Debug)]
pub struct Chunks {
    feed: Feed,
}

/// What the two have in common.
#[derive(Debug)]
struct Feed {
    content: Content,
    position: u64,
    /// Sizes of the pieces, over and over; a 0 is one `Pending`.
    shape: Vec<usize>,
    turn: usize,
    fails_at: Option<u64>,
    fails_with: io::ErrorKind,
    /// What is crossed when it is read after its error.
    quiet_after_error: bool,
    read_limit: u64,
    end: End,
    begin: Option<Pace>,
    pace: Option<Pace>,
    window: Option<Window>,
    watch: Watch,
}

/// Progress when the end was last read, and how often it has been read since without any.
#[derive(Debug, Default)]
pub(crate) struct End {
    at: Option<u64>,
    idle: u64,
}

impl End {
    /// The end is read.
    pub(crate) fn read(&mut self, watch: &Watch) {
        watch.read_after_end();
        let progress = crate::progress();
        if self.at != Some(progress) {
            self.at = Some(progress);
            self.idle = 0;
        }
        self.idle += 1;
        if self.idle > AFTER_END {
            crossed(Trip::ReadAfterEnd { times: self.idle });
        }
    }
}

impl Feed {
    fn new(content: Content) -> Self {
        Feed {
            watch: Watch::of(&content),
            content,
            position: 0,
            shape: Vec::new(),
            turn: 0,
            fails_at: None,
            fails_with: io::ErrorKind::Other,
            quiet_after_error: false,
            read_limit: u64::MAX,
            end: End::default(),
            begin: None,
            pace: None,
            window: None,
        }
    }

    /// The next piece, of at most `most` bytes; `None` at the end.
    fn poll_piece(&mut self, cx: &mut Context<'_>, most: usize) -> Poll<io::Result<Option<&[u8]>>> {
        // Without this, a source that is always ready would never let anything else run.
        let coop = ready!(coop::poll_proceed(cx));
        self.watch.polled();
        if self.watch.failed() && !self.quiet_after_error {
            crossed(Trip::ReadAfterError { at: self.position });
        }
        let mut most = most as u64;
        if !self.shape.is_empty() {
            let size = self.shape[self.turn % self.shape.len()];
            self.turn += 1;
            if size == 0 {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            if size == Chunks::EMPTY && self.position < self.content.len() {
                coop.made_progress();
                moved();
                return Poll::Ready(Ok(Some(&[])));
            }
            most = most.min(size as u64);
        }
        if let Some(begin) = &mut self.begin {
            ready!(begin.poll(cx, &self.watch));
            self.begin = None;
        }
        if let Some(pace) = &mut self.pace {
            most = most.min(ready!(pace.poll(cx, &self.watch)));
        }
        coop.made_progress();
        if let Some(fails_at) = self.fails_at
            && !self.watch.failed()
        {
            if self.position >= fails_at {
                self.watch.fail("a source", self.fails_with);
                moved();
                let broke =
                    io::Error::new(self.fails_with, format!("the source broke {ON_PURPOSE}"));
                return Poll::Ready(Err(broke));
            }
            most = most.min(fails_at - self.position);
        }
        let n = self.content.piece(self.position, most as usize).len() as u64;
        if n == 0 {
            self.end.read(&self.watch);
            return Poll::Ready(Ok(None));
        }
        moved();
        let start = self.position;
        self.position += n;
        if let Some(pace) = &mut self.pace {
            pace.passed(n);
        }
        self.watch.advance(n);
        trace::note(self.position);
        if self.position > self.read_limit {
            crossed(Trip::ReadPast {
                position: self.position,
                limit: self.read_limit,
            });
        }
        if let Some(window) = &self.window {
            window.read(n);
        }
        Poll::Ready(Ok(Some(self.content.piece(start, n as usize))))
    }
}

macro_rules! feed_settings {
    ($type:ident) => {
        impl $type {
            /// Delivers `content`.
            pub fn new(content: Content) -> Self {
                $type {
                    feed: Feed::new(content),
                }
            }

            /// Delivers pieces of these sizes in bytes, over and over. A 0 stands for one `Pending`.
            pub fn shaped(mut self, sizes: &[usize]) -> Self {
                self.feed.shape = sizes.to_vec();
                self
            }

            /// Returns an error after `at` bytes, and goes on with its data if it is read again. Reading
            /// again is a [`Trip::ReadAfterError`].
            pub fn fails_at(mut self, at: u64) -> Self {
                self.feed.fails_at = Some(at);
                self
            }

            /// The kind of that error.
            pub fn fails_with(mut self, kind: io::ErrorKind) -> Self {
                self.feed.fails_with = kind;
                self
            }

            /// Lets a reader go on after an error without telling.
            pub fn quiet_after_error(mut self) -> Self {
                self.feed.quiet_after_error = true;
                self
            }

            /// Reading more than `limit` bytes is a [`Trip::ReadPast`].
            pub fn read_limit(mut self, limit: u64) -> Self {
                self.feed.read_limit = limit;
                self
            }

            /// Waits for `wait` before its first byte, on tokio's clock.
            pub fn begins_after(mut self, wait: Duration) -> Self {
                self.feed.begin = Some(Pace::new(0, wait));
                self
            }

            /// Waits for `wait` after each `bytes` bytes, on tokio's clock.
            pub fn paced(mut self, bytes: u64, wait: Duration) -> Self {
                self.feed.pace = Some(Pace::new(bytes, wait));
                self
            }

            /// Counts what it delivers as in flight.
            pub fn window(mut self, window: &Window) -> Self {
                self.feed.window = Some(window.clone());
                self
            }

            /// Bytes that it delivers in all.
            pub fn total(&self) -> u64 {
                self.feed.content.len()
            }

            /// What is done to it.
            pub fn watch(&self) -> Watch {
                self.feed.watch.clone()
            }
        }
    };
}

feed_settings!(Source);
feed_settings!(Chunks);

impl AsyncRead for Source {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // A read into no room is `Ok(0)` whatever the source holds; it is not its end.
        if buf.remaining() == 0 {
            self.feed.watch.polled();
            return Poll::Ready(Ok(()));
        }
        let piece = ready!(self.feed.poll_piece(cx, buf.remaining()))?;
        buf.put_slice(piece.unwrap_or_default());
        Poll::Ready(Ok(()))
    }
}

impl Chunks {
    /// In a shape: a chunk without a byte. After the last byte there is none.
    pub const EMPTY: usize = usize::MAX;
}

/// The size of a chunk where no shape is set, in bytes.
const CHUNK: usize = 64 * 1024;

impl Stream for Chunks {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match ready!(self.feed.poll_piece(cx, CHUNK)) {
            Ok(Some(piece)) => {
                let chunk = Bytes::copy_from_slice(piece);
                // Again, since the chunk is live now.
                trace::note(self.feed.position);
                Poll::Ready(Some(Ok(chunk)))
            }
            Ok(None) => Poll::Ready(None),
            Err(e) => Poll::Ready(Some(Err(e))),
        }
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.watch.drop_it();
    }
}
