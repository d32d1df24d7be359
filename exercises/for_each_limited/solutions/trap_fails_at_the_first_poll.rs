// trap fails errors: a job that is ready when it is polled for the first time counts as done, also if it failed

use std::future::poll_fn;
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
    let (mut done, mut ended) = (0u64, false);
    poll_fn(move |cx| {
        let mut i = 0;
        while i < jobs.len() {
            match jobs[i].as_mut().poll(cx) {
                Poll::Ready(result) => {
                    jobs.remove(i);
                    if let Err(e) = result {
                        return Poll::Ready(Err(e));
                    }
                    done += 1;
                }
                Poll::Pending => i += 1,
            }
        }

        while !ended && jobs.len() < limit {
            match Pin::new(&mut items).poll_next(cx) {
                Poll::Ready(Some(item)) => {
                    let mut job = Box::pin(work(item));
                    if job.as_mut().poll(cx).is_ready() {
                        done += 1;
                    } else {
                        jobs.push(job);
                    }
                }
                Poll::Ready(None) => ended = true,
                Poll::Pending => break,
            }
        }

        if ended && jobs.is_empty() {
            Poll::Ready(Ok(done))
        } else {
            Poll::Pending
        }
    })
    .await
}
