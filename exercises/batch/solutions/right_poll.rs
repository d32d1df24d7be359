// right: written as a poll, with the state in one struct
//
// Why it is right: the stream is asked until it is not ready, and then the timer, so both have the waker when it
// waits. In Node.js: no counterpart; there a promise is the lowest that one gets.

use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};
use tokio_stream::Stream;

pub async fn batch<S, T>(
    mut items: S,
    max: usize,
    wait: Duration,
    out: mpsc::Sender<Vec<T>>,
) -> anyhow::Result<()>
where
    S: Stream<Item = T> + Unpin + Send + 'static,
    T: Send + Sync + 'static,
{
    let (mut batch, mut ended) = (Vec::new(), false);
    let mut timer = Box::pin(sleep(wait));
    while !ended {
        std::future::poll_fn(|cx| {
            while batch.len() < max {
                match Pin::new(&mut items).poll_next(cx) {
                    Poll::Ready(Some(item)) => {
                        if batch.is_empty() {
                            timer.as_mut().reset(Instant::now() + wait);
                        }
                        batch.push(item);
                    }
                    Poll::Ready(None) => {
                        ended = true;
                        return Poll::Ready(());
                    }
                    Poll::Pending if batch.is_empty() => return Poll::Pending,
                    Poll::Pending => return timer.as_mut().poll(cx),
                }
            }
            Poll::Ready(())
        })
        .await;
        if !batch.is_empty() {
            out.send(std::mem::take(&mut batch)).await?;
        }
    }
    Ok(())
}
