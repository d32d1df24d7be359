//! A source that is fed by hand.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Read};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, ReadBuf};

/// Has what was pushed and is not read yet; then it waits. It wakes nobody: who pushes polls again.
#[derive(Debug, Clone, Default)]
pub(crate) struct Feed(Rc<RefCell<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    bytes: VecDeque<u8>,
    ended: bool,
}

impl Feed {
    /// A chunk arrives.
    pub(crate) fn push(&self, chunk: &[u8]) {
        self.0.borrow_mut().bytes.extend(chunk);
    }

    /// No more will come.
    pub(crate) fn end(&self) {
        self.0.borrow_mut().ended = true;
    }
}

impl AsyncRead for Feed {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut inner = self.0.borrow_mut();
        if inner.bytes.is_empty() && !inner.ended {
            return Poll::Pending;
        }
        let room = into.initialize_unfilled();
        let length = inner.bytes.read(room)?;
        into.advance(length);
        Poll::Ready(Ok(()))
    }
}
