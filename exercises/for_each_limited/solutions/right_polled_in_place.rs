// right: the jobs live in a list of at most `limit`, and one poll looks at all of them and at the stream

// No task: the jobs are dropped with the function, and a job that panics takes the function with it. The price is
// that each wake-up looks at every job.
// In Node.js there is no counterpart: a promise runs by itself.

use std::pin::Pin;
use std::task::Poll;

use tokio_stream::Stream;

pub async fn for_each_limited<S, T, F, Fut>(
    mut items: S,
    limit: usize,
    work: F,
) -> anyhow::Result<u64>
where
    S: Stream<Item = T> + Send + Unpin + 'static,
    T: Send + 'static,
    F: Fn(T) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let mut jobs: Vec<Pin<Box<Fut>>> = Vec::new();
    let (mut count, mut ended) = (0, false);
    std::future::poll_fn(|cx| {
        loop {
            let mut at = 0;
            while at < jobs.len() {
                match jobs[at].as_mut().poll(cx) {
                    Poll::Ready(Ok(())) => drop(jobs.swap_remove(at)),
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                    Poll::Pending => at += 1,
                }
            }
            if ended && jobs.is_empty() {
                return Poll::Ready(Ok(count));
            }
            if ended || jobs.len() >= limit {
                return Poll::Pending;
            }
            match Pin::new(&mut items).poll_next(cx) {
                Poll::Ready(Some(item)) => {
                    count += 1;
                    jobs.push(Box::pin(work(item)));
                }
                Poll::Ready(None) => ended = true,
                Poll::Pending => return Poll::Pending,
            }
        }
    })
    .await
}
