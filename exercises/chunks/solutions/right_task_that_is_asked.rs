// right: a task reads, but only one chunk for each question, and it dies with the stream

//! Why it is right: the task starts with the first question, reads one chunk for each, and a `JoinSet`
//! aborts its tasks when it is dropped. It costs two channels and gains nothing here.
//!
//! In Node.js: a worker that is sent a message for each chunk.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_stream::Stream;

pub fn chunks<R>(src: R, size: usize) -> impl Stream<Item = io::Result<Bytes>> + Send
where
    R: AsyncRead + Unpin + Send + 'static,
{
    Asking {
        src: Some(src),
        size,
        asked: false,
        wire: None,
    }
}

struct Wire {
    questions: mpsc::Sender<()>,
    answers: mpsc::Receiver<io::Result<Bytes>>,
    _task: JoinSet<()>,
}

struct Asking<R> {
    /// Here until the first question.
    src: Option<R>,
    size: usize,
    asked: bool,
    wire: Option<Wire>,
}

impl<R: AsyncRead + Unpin + Send + 'static> Stream for Asking<R> {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(src) = self.src.take() {
            self.wire = Some(start(src, self.size));
        }
        let Asking {
            asked, wire: slot, ..
        } = &mut *self;
        let Some(wire) = slot else {
            return Poll::Ready(None);
        };
        if !*asked {
            *asked = wire.questions.try_send(()).is_ok();
        }
        let answer = std::task::ready!(wire.answers.poll_recv(cx));
        *asked = false;
        if answer.is_none() {
            *slot = None;
        }
        Poll::Ready(answer)
    }
}

fn start<R: AsyncRead + Unpin + Send + 'static>(mut src: R, size: usize) -> Wire {
    let (questions, mut asked) = mpsc::channel(1);
    let (answer, answers) = mpsc::channel(1);
    let mut task = JoinSet::new();
    task.spawn(async move {
        while asked.recv().await.is_some() {
            let mut chunk = Vec::with_capacity(size);
            let read = (&mut src).take(size as u64).read_to_end(&mut chunk).await;
            let last = chunk.len() < size;
            let chunk = read.map(|_| Bytes::from(chunk));
            if matches!(&chunk, Ok(chunk) if chunk.is_empty()) {
                break;
            }
            if answer.send(chunk).await.is_err() || last {
                break;
            }
        }
    });
    Wire {
        questions,
        answers,
        _task: task,
    }
}
