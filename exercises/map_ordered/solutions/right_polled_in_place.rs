// right: the jobs live in a queue of at most `limit`, as futures or as answers

// No task: the jobs are dropped with the function. A future that has given its answer must not be polled again, so
// the answer takes its place in the queue.
// In Node.js there is no counterpart: a promise runs by itself.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::Poll;

use tokio::sync::mpsc;
use tokio_stream::Stream;

enum Job<Fut, U> {
    AtWork(Pin<Box<Fut>>),
    Done(anyhow::Result<U>),
}

pub async fn map_ordered<S, T, F, Fut, U>(
    mut items: S,
    limit: usize,
    work: F,
    out: mpsc::Sender<U>,
) -> anyhow::Result<()>
where
    S: Stream<Item = T> + Send + Unpin + 'static,
    T: Send + 'static,
    F: Fn(T) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = anyhow::Result<U>> + Send + 'static,
    U: Send + Sync + 'static,
{
    let mut queue: VecDeque<Job<Fut, U>> = VecDeque::new();
    let mut ended = false;
    loop {
        // Looks at every job, then at the stream; ready when the head has an answer or all is done.
        let next = std::future::poll_fn(|cx| {
            loop {
                for job in &mut queue {
                    if let Job::AtWork(future) = job
                        && let Poll::Ready(answer) = future.as_mut().poll(cx)
                    {
                        *job = Job::Done(answer);
                    }
                }
                if matches!(queue.front(), Some(Job::Done(_))) {
                    return Poll::Ready(queue.pop_front());
                }
                if ended {
                    return if queue.is_empty() {
                        Poll::Ready(None)
                    } else {
                        Poll::Pending
                    };
                }
                if queue.len() >= limit {
                    return Poll::Pending;
                }
                match Pin::new(&mut items).poll_next(cx) {
                    Poll::Ready(Some(item)) => queue.push_back(Job::AtWork(Box::pin(work(item)))),
                    Poll::Ready(None) => ended = true,
                    Poll::Pending => return Poll::Pending,
                }
            }
        });
        let Some(Job::Done(answer)) = next.await else {
            return Ok(());
        };
        let answer = answer?;
        let mut send = std::pin::pin!(out.send(answer));
        // The jobs go on while the reader is slow.
        std::future::poll_fn(|cx| {
            for job in &mut queue {
                if let Job::AtWork(future) = job
                    && let Poll::Ready(answer) = future.as_mut().poll(cx)
                {
                    *job = Job::Done(answer);
                }
            }
            send.as_mut().poll(cx)
        })
        .await?;
    }
}
