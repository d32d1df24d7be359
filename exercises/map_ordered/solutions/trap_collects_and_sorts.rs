// trap fails backpressure, memory, early: all answers are collected, sorted and sent at the end

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_stream::{Stream, StreamExt};

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
    let mut tasks = JoinSet::new();
    let (mut answers, mut count, mut ended) = (Vec::new(), 0, false);
    while !ended || !tasks.is_empty() {
        tokio::select! {
            item = items.next(), if !ended && tasks.len() < limit => match item {
                Some(item) => {
                    let (number, job) = (count, work(item));
                    tasks.spawn(async move { anyhow::Ok((number, job.await?)) });
                    count += 1;
                }
                None => ended = true,
            },
            Some(joined) = tasks.join_next() => answers.push(joined??),
        }
    }
    answers.sort_by_key(|(number, _)| *number);
    for (_, answer) in answers {
        out.send(answer).await?;
    }
    Ok(())
}
